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

/** The objects of one file, as a listing shows them. */
interface StoredFileObjects {
  readonly fileId: string;
  readonly objects: readonly ObjectOfFile[];
}

interface ObjectOfFile extends ListedObject {
  /** The object's name within the file. */
  readonly name: string;
}

export interface SweepOptions {
  readonly cutoffs: RetentionCutoffs;
  readonly signal: AbortSignal;
  /** Passes over what an unreadable object belongs to, so that the rest does not wait for somebody to mend it. */
  readonly unlessUnreadable: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/**
 * Deletes the remains of a tenant's files: unfinished uploads, marks of holders that are gone, deleted files that a run
 * needed, and files whose run was terminated. Resolves with the number of unfinished uploads. Uses one listing, and
 * reads only what is old or deleted.
 */
export async function expireStoredFiles(
  dependencies: ExpiryDependencies,
  tenant: string,
  { cutoffs, signal, unlessUnreadable }: SweepOptions,
): Promise<number> {
  let deleted = 0;
  for await (const file of storedFiles(dependencies.store, tenant)) {
    signal.throwIfAborted();
    if (await unlessUnreadable(() => expireFile(dependencies, tenant, file, cutoffs))) deleted += 1;
  }
  return deleted;
}

/** Resolves with true for an unfinished upload, which is deleted. */
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

/**
 * Releases files for holders that are gone: they were killed after announcing themselves, or left without releasing.
 */
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

/** Deletes bytes without a definition: nobody can name them. */
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

/** Deletes a file whose run is gone: a bucket rule deleted it, or an earlier deletion was interrupted. */
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

/** Whether the run still needs its document; a terminated one leaves no result and needs none. */
async function isRunning({ client, store }: ExpiryDependencies, tenant: string, holder: FileHolder): Promise<boolean> {
  if (!(await isUnfinished(store, tenant, holder)) || holder.kind !== 'job') return false;
  const execution = await describeExecution(client, holder.jobId);
  // Temporal does not know a run that is yet to start, or never will: then its own objects expire, and this file with
  // them.
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
