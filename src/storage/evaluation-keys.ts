/** Where evaluation sets, their items and their runs lie. */
export function evaluationSetsPrefix(tenant: string): string {
  return `tenants/${tenant}/evaluation-sets/`;
}

export function evaluationSetKey(tenant: string, evaluationSetId: string): string {
  return `${evaluationSetsPrefix(tenant)}${encodeURIComponent(evaluationSetId)}.json`;
}

/** Not below the sets, so that who lists these does not walk all items. */
export function evaluationItemsPrefix(tenant: string, evaluationSetId: string): string {
  return `tenants/${tenant}/evaluation-items/${encodeURIComponent(evaluationSetId)}/`;
}

export function evaluationItemKey(tenant: string, evaluationSetId: string, itemId: string): string {
  return `${evaluationItemsPrefix(tenant, evaluationSetId)}${encodeURIComponent(itemId)}.json`;
}

export function evaluationRunKey(tenant: string, runId: string): string {
  return `tenants/${tenant}/evaluation-runs/${encodeURIComponent(runId)}.json`;
}
