import { Context } from '@temporalio/activity';
import { mapBounded } from '../src/domain/map-bounded.ts';
import type { RetentionCutoffs } from '../src/domain/retention.ts';
import { expireStoredBatches } from '../src/retention/expire-batches.ts';
import { deleteLeftovers, leftoversOf } from '../src/retention/delete-leftovers.ts';
import { expireStoredFiles } from '../src/retention/expire-files.ts';
import { expireStoredJob, isOld, type ExpiryDependencies } from '../src/retention/expire-job.ts';
import { listPendingDeliveries, type PendingDeliveries } from '../src/retention/pending-deliveries.ts';
import { recordLostEnds } from '../src/retention/record-lost-ends.ts';
import { storedJobs, storedTenants, type StoredJob } from '../src/retention/stored-jobs.ts';
import { compareKeys } from '../src/storage/object-key.ts';
import { jobsPrefix, operationClaimsPrefix, tombstonesPrefix, webhookKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { runStep } from './run-step.ts';
import { unlessUnreadable } from './unless-unreadable.ts';

export interface DeleteExpiredObjectsInput {
  readonly cutoffs: RetentionCutoffs;
  /** The last object that the previous call saw. */
  readonly after?: string;
}

export interface DeleteExpiredObjectsResult {
  readonly storedJobs: number;
  readonly abandonedUploads: number;
  /** Where to go on; absent at the end. */
  readonly after?: string;
}

/** Time per call, so that an interrupted call repeats little. */
const budgetMs = 60_000;
const batchSize = 200;
const deletionsAtOnce = 8;
/** By then Temporal has forgotten the deleted run, and its tombstone is useless. */
const tombstoneMs = 24 * 60 * 60 * 1000;

/**
 * Walks through the jobs in the store. First records the outcome of runs that were terminated. Then deletes expired
 * jobs that Temporal no longer knows: finished ones, and uploads and files whose job never started. Delivery logs of
 * webhook endpoints expire like finished jobs. What was written behind the deletion of a job is deleted at once.
 */
export function createDeleteExpiredObjects({ store }: { readonly store: ObjectStore }) {
  return async function deleteExpiredObjects(input: DeleteExpiredObjectsInput): Promise<DeleteExpiredObjectsResult> {
    return runStep((signal) => sweep(store, input, signal));
  };
}

async function sweep(
  store: ObjectStore,
  { cutoffs, after }: DeleteExpiredObjectsInput,
  signal: AbortSignal,
): Promise<DeleteExpiredObjectsResult> {
  const { client } = Context.current();
  if (after === undefined) await recordLostEnds({ client, store }, signal);
  const dependencies = { client, store, pending: await listPendingDeliveries(client) };
  const until = performance.now() + budgetMs;
  const deleted = { storedJobs: 0, abandonedUploads: 0 };
  for (const tenant of await storedTenants(store)) {
    const prefix = jobsPrefix(tenant);
    const isPartlyDone = after?.startsWith(prefix) === true;
    if (after !== undefined && !isPartlyDone && compareKeys(prefix, after) < 0) continue;
    if (!isPartlyDone) {
      await deleteLogs(dependencies, tenant, cutoffs, signal);
      deleted.storedJobs += await expireStoredBatches(dependencies, tenant, cutoffs);
      deleted.abandonedUploads += await expireStoredFiles(dependencies, tenant, { cutoffs, signal, unlessUnreadable });
    }
    const isLeftover = await leftoversOf(store, tenant);
    for await (const batch of inBatches(storedJobs(store, tenant, isPartlyDone ? after : undefined))) {
      const old = batch.filter((job) => isOld(job, cutoffs));
      await mapBounded(old, deletionsAtOnce, async (job) => {
        signal.throwIfAborted();
        if (!(await unlessUnreadable(() => expireStoredJob(dependencies, tenant, job)))) return;
        deleted[job.finishedAt ? 'storedJobs' : 'abandonedUploads'] += 1;
      });
      await mapBounded(batch.filter(isLeftover), deletionsAtOnce, async ({ jobId }) => {
        signal.throwIfAborted();
        await unlessUnreadable(() => deleteLeftovers(dependencies, tenant, jobId));
      });
      const last = batch.at(-1);
      if (last && performance.now() > until) return { ...deleted, after: last.lastKey };
    }
  }
  return deleted;
}

async function* inBatches(jobs: AsyncIterable<StoredJob>): AsyncGenerator<readonly StoredJob[]> {
  let batch: StoredJob[] = [];
  for await (const job of jobs) {
    batch.push(job);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

async function deleteLogs(
  { store, pending }: ExpiryDependencies,
  tenant: string,
  { closedBefore }: RetentionCutoffs,
  signal: AbortSignal,
): Promise<void> {
  await deleteOld(store, tombstonesPrefix(tenant), Date.now() - tombstoneMs, signal);
  if (closedBefore === undefined) return;
  for (const prefix of [...webhookKeys(tenant).logs, operationClaimsPrefix(tenant)])
    await deleteOld(store, prefix, Date.parse(closedBefore), signal, pending);
}

async function deleteOld(
  store: ObjectStore,
  prefix: string,
  beforeMs: number,
  signal: AbortSignal,
  pending?: PendingDeliveries,
): Promise<void> {
  for await (const { key, modifiedAt } of store.list(prefix)) {
    signal.throwIfAborted();
    if (modifiedAt.getTime() < beforeMs && !pending?.needsObject(key)) await store.delete(key);
  }
}
