import {
  clearDeletedFile,
  clearFile,
  isHolderThere,
  isUnfinished,
  readHolder,
  releaseFile,
  type FileHolder,
} from '../records/files/file-holders.ts';
import { findKeptFile } from '../records/files/files.ts';
import type { RetentionCutoffs } from '../domain/retention.ts';
import { fileKeys, filesPrefix, parseFileKey } from '../records/keys.ts';
import type { ListedObject, ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import type { ExpiryDependencies } from './expire-job.ts';

/** What the store holds of one file, as a listing tells of it. */
interface StoredFileObjects {
  readonly fileId: string;
  readonly objects: readonly ObjectOfFile[];
}

interface ObjectOfFile extends ListedObject {
  /** As what of the file. */
  readonly name: string;
}

/**
 * Clears away what nobody refers to any more of a tenant's files: bytes whose upload was never finished, what says that
 * a file is held by something that is gone, files that were deleted while a run needed them, and those whose run went
 * without a word. Resolves with how many unfinished uploads it deleted. One listing tells of all; only what is old, or
 * deleted, is looked at.
 */
export async function expireStoredFiles(
  dependencies: ExpiryDependencies,
  tenant: string,
  cutoffs: RetentionCutoffs,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for await (const file of storedFiles(dependencies.store, tenant)) {
    signal.throwIfAborted();
    if (await expireFile(dependencies, tenant, file, cutoffs)) deleted += 1;
  }
  return deleted;
}

/** Resolves with whether it was an unfinished upload, which is gone now. */
async function expireFile(
  dependencies: ExpiryDependencies,
  tenant: string,
  { fileId, objects }: StoredFileObjects,
  { abandonedBefore, closedBefore }: RetentionCutoffs,
): Promise<boolean> {
  const { store } = dependencies;
  const find = (wanted: string) => objects.find(({ name }) => name === wanted);
  if (abandonedBefore !== undefined) {
    await releaseGone(store, tenant, { fileId, objects }, new Date(abandonedBefore));
    if (!find('file.json')) return expireUnfinished(store, tenant, { fileId, objects }, new Date(abandonedBefore));
  }
  if (find('deleted')) {
    await clearDeletedFile(store, tenant, fileId, (_, ofTenant, holder) => isRunning(dependencies, ofTenant, holder));
  } else if (closedBefore !== undefined && isOlder(find('file.json'), new Date(closedBefore))) {
    await expireOrphan(dependencies, tenant, fileId);
  }
  return false;
}

/** Lets go for holders that are not there: who announced them was killed, or they went without letting go. */
async function releaseGone(
  store: ObjectStore,
  tenant: string,
  { fileId, objects }: StoredFileObjects,
  before: Date,
): Promise<void> {
  for (const object of objects) {
    const holder = isOlder(object, before) ? await holderOf(store, object) : undefined;
    if (holder && !(await isHolderThere(store, tenant, holder))) await releaseFile(store, tenant, fileId, holder);
  }
}

/** Bytes without what says that they are a file: nobody can name them. */
async function expireUnfinished(
  store: ObjectStore,
  tenant: string,
  { fileId, objects }: StoredFileObjects,
  before: Date,
): Promise<boolean> {
  if (!objects.every((object) => isOlder(object, before))) return false;
  for (const object of objects) {
    const holder = await holderOf(store, object);
    if (holder && (await isHolderThere(store, tenant, holder))) return false;
  }
  if (await findKeptFile(store, tenant, fileId)) return false;
  await store.deletePrefix(fileKeys(tenant, fileId).prefix);
  return true;
}

/**
 * A file that came with a run which is gone: a rule of the bucket may have deleted it, or an earlier deletion was
 * interrupted.
 */
async function expireOrphan(dependencies: ExpiryDependencies, tenant: string, fileId: string): Promise<void> {
  const { client, store } = dependencies;
  const file = await findKeptFile(store, tenant, fileId);
  if (file?.jobId === undefined) return;
  const holder = { kind: 'job', jobId: file.jobId } as const;
  if (file.leftAt !== undefined) await clearFile(store, tenant, fileId);
  else if (!(await isHolderThere(store, tenant, holder)) && !(await describeExecution(client, file.jobId))) {
    await releaseFile(store, tenant, fileId, holder);
  }
}

/** A run that was ended without a word leaves no result, and needs no document either. */
async function isRunning({ client, store }: ExpiryDependencies, tenant: string, holder: FileHolder): Promise<boolean> {
  if (!(await isUnfinished(store, tenant, holder)) || holder.kind !== 'job') return false;
  const execution = await describeExecution(client, holder.jobId);
  // One that Temporal does not know is still to be started, or was never: then its own objects go, and with them this.
  return execution === undefined || execution.closeTime === undefined;
}

async function* storedFiles(store: ObjectStore, tenant: string): AsyncGenerator<StoredFileObjects> {
  let current: { fileId: string; objects: ObjectOfFile[] } | undefined;
  for await (const object of store.list(filesPrefix(tenant))) {
    const found = parseFileKey(tenant, object.key);
    if (!found) continue;
    if (current?.fileId !== found.fileId) {
      if (current) yield current;
      current = { fileId: found.fileId, objects: [] };
    }
    current.objects.push({ ...object, name: found.name });
  }
  if (current) yield current;
}

async function holderOf(store: ObjectStore, { key, name }: ObjectOfFile): Promise<FileHolder | undefined> {
  return name.startsWith('held-by/') ? readHolder(store, key) : undefined;
}

function isOlder(object: ListedObject | undefined, before: Date): boolean {
  return object !== undefined && object.modifiedAt < before;
}
