import type { Client } from '@temporalio/client';
import { jobKeys } from '../records/keys.ts';
import { readOperationOutcome } from '../records/operations/operation-request.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import { findJob } from './find-job.ts';
import type { JobReader } from './read-job.ts';
import type { RerunClaim } from './rerun-claim.ts';
import { isRunOver } from './run-status.ts';

export interface StandingDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly reader: Pick<JobReader, 'readWithoutProgress' | 'forget'>;
}

/**
 * A claim that is so young may have its job still to come. A repetition without a key that comes so soon after the same
 * one is a second click.
 */
export const sameClickMs = 10 * 60 * 1000;

/**
 * Whether a repetition is doing or has done what it was claimed for. One that failed, was cancelled (or is about to be)
 * or was deleted does not stand in anybody's way. `answerStandsMs`: for how long one that has its answer stands; always
 * when absent.
 */
export async function isStanding(
  { client, store, reader }: StandingDependencies,
  tenant: string,
  { jobId, claimedAt, operationId }: RerunClaim,
  answerStandsMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const ageMs = Date.now() - Date.parse(claimedAt);
  // A worker may have deleted what this process remembers.
  reader.forget(tenant, jobId);
  const job = await findJob(reader, tenant, jobId);
  if (!job) {
    // Somebody is about to start it, or was killed before it could; unless it was there, and its owner deleted it.
    if (ageMs >= sameClickMs || (await store.head(jobKeys(tenant, jobId).tombstone))) return false;
    return operationId === undefined || !(await readOperationOutcome(store, tenant, operationId));
  }
  if (isRunOver(job)) return job.status === 'completed' && ageMs < answerStandsMs;
  const execution = await describeExecution(client, jobId);
  return execution?.raw.workflowExtendedInfo?.cancelRequested !== true;
}
