import type { Client } from '@temporalio/client';
import { workflowTypes } from '../domain/contract.ts';
import { mapBounded } from '../domain/map-bounded.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { terminated, timedOut } from '../domain/lost-end.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { writeOutcome } from '../records/jobs/job-outcome.ts';
import { hasTombstone } from '../records/jobs/tombstones.ts';
import { describeExecution, terminationReason, listExecutions, type ListedExecution } from '../temporal/executions.ts';

export interface LostEndsDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
}

const pageSize = 200;
const readsAtOnce = 8;
const query = `WorkflowType = '${workflowTypes.classifyDocument}' AND ExecutionStatus IN ('Terminated', 'TimedOut')`;

/**
 * Stores the outcome of runs that were terminated by a person, by their parent or by a time limit: they could not do so
 * themselves, and Temporal will forget them. Then they are finished jobs like any other.
 */
export async function recordLostEnds(dependencies: LostEndsDependencies, signal: AbortSignal): Promise<void> {
  let pageToken: string | undefined;
  do {
    const page = await listExecutions(dependencies.client, query, pageSize, pageToken);
    await mapBounded(page.executions, readsAtOnce, async (execution) => {
      signal.throwIfAborted();
      await recordEnd(dependencies, execution, signal);
    });
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

async function recordEnd(
  { client, store }: LostEndsDependencies,
  { workflowId: jobId, runId }: ListedExecution,
  signal: AbortSignal,
): Promise<void> {
  const latest = await describeExecution(client, jobId);
  const tenant = latest?.typedSearchAttributes.get(searchAttributeKeys.tenant);
  // Reset or started again: the later run decides. A run without a tenant has not begun and left nothing.
  if (latest?.runId !== runId || tenant === undefined || latest.closeTime === undefined) return;
  if (await store.head(jobKeys(tenant, jobId).result)) return;
  if (await hasTombstone(store, tenant, jobId, runId)) return;
  const error =
    latest.status.name === 'TERMINATED' ? terminated(await terminationReason(client, jobId, runId)) : timedOut();
  const outcome = {
    schemaVersion: 1,
    jobId,
    runId,
    firstRunId: latest.raw.workflowExecutionInfo?.firstRunId || runId,
    createdAt: latest.startTime.toISOString(),
    finishedAt: latest.closeTime.toISOString(),
    error,
    isLost: true,
  } as const;
  await writeOutcome(store, tenant, outcome, signal);
}
