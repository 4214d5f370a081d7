import type { RetentionCutoffs } from '../domain/retention.ts';
import { batchesPrefix, batchKeys, operationKeys, operationsPrefix } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import { isOld, type ExpiryDependencies } from './expire-job.ts';
import type { StoredJob } from './stored-jobs.ts';

/**
 * Deletes the objects of a tenant's expired batches and operations that Temporal does not know (any more). Resolves
 * with their number. There are few, beside their runs, which are jobs like any other.
 */
export async function expireStoredBatches(
  dependencies: ExpiryDependencies,
  tenant: string,
  cutoffs: RetentionCutoffs,
): Promise<number> {
  const { pending } = dependencies;
  const batches = await expireFolders(
    dependencies,
    batchesPrefix(tenant),
    (id) => (pending.needsSubject(tenant, 'batch', id) ? undefined : batchKeys(tenant, id)),
    cutoffs,
  );
  const operations = await expireFolders(
    dependencies,
    operationsPrefix(tenant),
    (id) => operationKeys(tenant, id),
    cutoffs,
  );
  return batches + operations;
}

interface FolderKeys {
  readonly prefix: string;
  readonly result: string;
}

async function expireFolders(
  { client, store }: ExpiryDependencies,
  parent: string,
  /** Undefined for what must stay. */
  keysOf: (id: string) => FolderKeys | undefined,
  cutoffs: RetentionCutoffs,
): Promise<number> {
  let deleted = 0;
  for await (const id of store.folders(parent)) {
    const keys = keysOf(id);
    if (!keys || !isOld(await agesOf(store, keys), cutoffs)) continue;
    if (await describeExecution(client, id)) continue;
    await store.deletePrefix(keys.prefix);
    deleted += 1;
  }
  return deleted;
}

async function agesOf(
  store: ObjectStore,
  { prefix, result }: FolderKeys,
): Promise<Pick<StoredJob, 'finishedAt' | 'changedAt'>> {
  const objects = await Array.fromAsync(store.list(prefix));
  const changedAt = new Date(Math.max(...objects.map(({ modifiedAt }) => modifiedAt.getTime()), 0));
  const finishedAt = objects.find(({ key }) => key === result)?.modifiedAt;
  return { changedAt, ...(finishedAt && { finishedAt }) };
}
