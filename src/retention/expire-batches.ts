import type { RetentionCutoffs } from '../domain/retention.ts';
import { batchesPrefix, batchKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import { isOld, type ExpiryDependencies } from './expire-job.ts';
import type { StoredJob } from './stored-jobs.ts';

/**
 * Deletes what the store holds of a tenant's batches that Temporal does not know, or no longer, and whose time is over. Resolves with how many. There are
 * few of them beside their runs, which are jobs like any other.
 */
export async function expireStoredBatches(
  { client, store }: ExpiryDependencies,
  tenant: string,
  cutoffs: RetentionCutoffs,
): Promise<number> {
  let deleted = 0;
  for await (const batchId of store.folders(batchesPrefix(tenant))) {
    if (!isOld(await agesOf(store, tenant, batchId), cutoffs)) continue;
    if (await describeExecution(client, batchId)) continue;
    await store.deletePrefix(batchKeys(tenant, batchId).prefix);
    deleted += 1;
  }
  return deleted;
}

async function agesOf(
  store: ObjectStore,
  tenant: string,
  batchId: string,
): Promise<Pick<StoredJob, 'finishedAt' | 'changedAt'>> {
  const { prefix, result } = batchKeys(tenant, batchId);
  const objects = await Array.fromAsync(store.list(prefix));
  const changedAt = new Date(Math.max(...objects.map(({ modifiedAt }) => modifiedAt.getTime()), 0));
  const finishedAt = objects.find(({ key }) => key === result)?.modifiedAt;
  return { changedAt, ...(finishedAt && { finishedAt }) };
}
