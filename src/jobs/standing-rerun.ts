import { isRunOver } from '../domain/job.ts';
import type { Client } from '@temporalio/client';
import { jobKeys } from '../records/keys.ts';
import { readOperationOutcome } from '../records/operations/operation-request.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import { findJob } from './find-job.ts';
import type { JobReader } from './read-job.ts';
import type { RerunClaim } from './rerun-claim.ts';

export interface StandingDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly reader: Pick<JobReader, 'readWithoutProgress'>;
}

/**
 * A claim this young may belong to a job that has not started yet. An equal rerun without a key within this time is a
 * second click.
 */
export const sameClickMs = 10 * 60 * 1000;

/**
 * Whether a claimed rerun is under way or has succeeded. A failed, cancelled or deleted one, and one about to be
 * cancelled, does not count. `answerStandsMs`: how long a finished one counts; for ever when absent.
 */
export async function isStanding(
  { client, store, reader }: StandingDependencies,
  tenant: string,
  { jobId, claimedAt, operationId }: RerunClaim,
  answerStandsMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const ageMs = Date.now() - Date.parse(claimedAt);
  const job = await findJob(reader, tenant, jobId);
  if (!job) {
    // Somebody is about to start it, or was killed before; or its owner deleted it.
    if (ageMs >= sameClickMs || (await store.head(jobKeys(tenant, jobId).tombstone))) return false;
    return operationId === undefined || !(await readOperationOutcome(store, tenant, operationId));
  }
  if (isRunOver(job)) return job.status === 'completed' && ageMs < answerStandsMs;
  const execution = await describeExecution(client, jobId);
  return execution?.raw.workflowExtendedInfo?.cancelRequested !== true;
}
