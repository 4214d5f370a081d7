import { pathSegment } from '../../storage/path-segment.ts';

/** The keys of evaluation sets, their items and their runs. */
export function evaluationSetsPrefix(tenant: string): string {
  return `tenants/${tenant}/evaluation-sets/`;
}

export function evaluationSetKey(tenant: string, evaluationSetId: string): string {
  return `${evaluationSetsPrefix(tenant)}${pathSegment(evaluationSetId, evaluationSetsPrefix(tenant))}.json`;
}

/** Not below the sets, so that listing sets does not walk all items. */
export function evaluationItemsPrefix(tenant: string, evaluationSetId: string): string {
  const prefix = `tenants/${tenant}/evaluation-items/`;
  return `${prefix}${pathSegment(evaluationSetId, prefix)}/`;
}

export function evaluationItemKey(tenant: string, evaluationSetId: string, itemId: string): string {
  const prefix = evaluationItemsPrefix(tenant, evaluationSetId);
  return `${prefix}${pathSegment(itemId, prefix)}.json`;
}

export function evaluationRunKey(tenant: string, runId: string): string {
  const prefix = `tenants/${tenant}/evaluation-runs/`;
  return `${prefix}${pathSegment(runId, prefix)}.json`;
}
