import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { isOutcomeOf, type RunIdentity } from '../domain/job.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { readOwnOutcome } from '../records/jobs/job-outcome.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';

/** Whether a run is of a tenant. A child bears no tenant before its first workflow task. */
export function isOfTenant({ typedSearchAttributes }: WorkflowExecutionDescription, tenant: string): boolean {
  return typedSearchAttributes.get(searchAttributeKeys.tenant) === tenant;
}

/** What tells a run from others of its workflow id. */
export function identityOf({ runId, startTime, raw }: WorkflowExecutionDescription): RunIdentity {
  return {
    runId,
    firstRunId: raw.workflowExecutionInfo?.firstRunId || runId,
    createdAt: startTime.toISOString(),
  };
}

/**
 * The run of a job. Another workflow may have taken the job's id for a run of its own since the job finished, perhaps
 * for another tenant: that run is none of the job's. Undefined once Temporal has forgotten the job's run.
 */
export async function describeOwnRun(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  jobId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  const latest = await describeExecution(client, jobId);
  if (!latest) return undefined;
  const outcome = await readOwnOutcome(store, tenant, jobId);
  if (isOfTenant(latest, tenant) && (!outcome || isOutcomeOf(outcome, identityOf(latest)))) return latest;
  return outcome?.runId === undefined ? undefined : describeExecution(client, jobId, outcome.runId);
}
