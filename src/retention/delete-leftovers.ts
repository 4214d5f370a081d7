import type { Client } from '@temporalio/client';
import { jobKeys, tombstonesPrefix } from '../records/keys.ts';
import { readOwnOutcome } from '../records/jobs/job-outcome.ts';
import { hasTombstone } from '../records/jobs/tombstones.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import type { StoredJob } from './stored-jobs.ts';

interface Dependencies {
  readonly client: Client;
  readonly store: ObjectStore;
}

/** Finds the jobs of a tenant that were deleted of late and of which the store holds something all the same. */
export async function leftoversOf(
  store: ObjectStore,
  tenant: string,
): Promise<(job: Pick<StoredJob, 'jobId' | 'hasRequest'>) => boolean> {
  const tombstones = new Set(await Array.fromAsync(store.list(tombstonesPrefix(tenant)), ({ key }) => key));
  // A deletion takes the request last, and who takes the id anew writes theirs first.
  return ({ jobId, hasRequest }) => !hasRequest && tombstones.has(jobKeys(tenant, jobId).tombstone);
}

/**
 * Deletes what a worker that was killed while it wrote has put behind the deletion of its job: nobody else took it
 * away. What another run of the same id wrote, as a workflow's child may be, stays.
 */
export async function deleteLeftovers({ client, store }: Dependencies, tenant: string, jobId: string): Promise<void> {
  const own = jobKeys(tenant, jobId);
  const keys = await Array.fromAsync(store.list(own.prefix), ({ key }) => key);
  if (await readOwnOutcome(store, tenant, jobId)) return;
  const latest = await describeExecution(client, jobId);
  if (latest && !(await hasTombstone(store, tenant, jobId, latest.runId))) return;
  // A document may wait for the id to be free.
  for (const key of keys) if (!key.startsWith(own.sourceOf(''))) await store.delete(key);
}
