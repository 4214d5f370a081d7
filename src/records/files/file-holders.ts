import { createHash } from 'node:crypto';
import { z } from 'zod';
import { batchIdOfRun } from '../../domain/batch.ts';
import { evaluationItemKey } from '../evaluations/evaluation-keys.ts';
import { readJson, writeJson } from '../json-documents.ts';
import { batchKeys, fileKeys, jobKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { changeFile, fileNotFound, findKeptFile, readFile, type StoredFile } from './files.ts';
import { isId } from '../ids.ts';

/** A holder of a file: an accepted run or item that names it. As long as a file has a holder, its bytes stay. */
export type FileHolder = z.infer<typeof holderSchema>;

const holderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('job'), jobId: z.string() }),
  z.object({ kind: z.literal('item'), evaluationSetId: z.string(), itemId: z.string() }),
]);

/** Whether a holder still has to read its document. Called for files that their owner has deleted. */
export type NeedsDocument = (store: ObjectStore, tenant: string, holder: FileHolder) => Promise<boolean>;

/*
 * Two processes may hold a file and delete it at the same time, and each may be killed between any two steps. So the
 * holder first writes that it holds the file, then checks whether somebody deletes it; the deleter first writes that it
 * deletes the file, then checks whether somebody holds it. Whatever the order, one sees the other and gives way.
 */

/**
 * Holds a file for a holder and returns it. The holder's own record must be in the store already, or the sweep takes
 * the holder for gone. Repeating it is harmless. Throws `not_found`.
 */
export async function holdFile(
  store: ObjectStore,
  tenant: string,
  fileId: string,
  holder: FileHolder,
): Promise<StoredFile> {
  await readFile(store, tenant, fileId);
  await announceHolder(store, tenant, fileId, holder);
  const file = await findKeptFile(store, tenant, fileId);
  if (file && file.deletedAt === undefined && file.goingAt === undefined) return file;
  await releaseFile(store, tenant, fileId, holder);
  throw fileNotFound(fileId);
}

/** Announces a holder of a file that does not exist yet, so that the sweep keeps the file's bytes. */
export async function announceHolder(
  store: ObjectStore,
  tenant: string,
  fileId: string,
  holder: FileHolder,
): Promise<void> {
  await writeJson(store, holderKey(tenant, fileId, holder), holder);
}

/**
 * The file that a holder holds already, even if its owner has deleted it since; undefined if the holder does not hold
 * it.
 */
export async function findHeldFile(
  store: ObjectStore,
  tenant: string,
  fileId: string,
  holder: FileHolder,
): Promise<StoredFile | undefined> {
  const file = await findKeptFile(store, tenant, fileId);
  return file && (await store.head(holderKey(tenant, fileId, holder))) ? file : undefined;
}

/** Releases a file. Deletes it if it came with a deleted run and nobody else holds it. Repeating it is harmless. */
export async function releaseFile(
  store: ObjectStore,
  tenant: string,
  fileId: string,
  holder: FileHolder,
): Promise<void> {
  if (!isId('file', fileId)) return;
  await store.delete(holderKey(tenant, fileId, holder));
  const file = await findKeptFile(store, tenant, fileId);
  if (!file) return;
  if (isOrigin(file, holder)) {
    await changeFile(store, tenant, fileId, (current) => ({ leftAt: new Date().toISOString(), ...current }));
  }
  await clearFile(store, tenant, fileId);
}

/**
 * Deletes a file for everybody; deletes its bytes once no run that was accepted before needs them. Throws `not_found`.
 */
export async function deleteFile(store: ObjectStore, tenant: string, fileId: string): Promise<void> {
  await readFile(store, tenant, fileId);
  await store.put(fileKeys(tenant, fileId).deleted, Buffer.from(''));
  await clearDeletedFile(store, tenant, fileId);
}

/** Call this at the end of a run: deletes its document if the owner has deleted the file meanwhile. */
export async function settleFile(store: ObjectStore, tenant: string, fileId: string): Promise<void> {
  const file = await findKeptFile(store, tenant, fileId);
  if (file?.deletedAt !== undefined) await clearFile(store, tenant, fileId);
}

/** Continues an interrupted deletion of a file, or waits for a run that needs the document. */
export async function clearDeletedFile(
  store: ObjectStore,
  tenant: string,
  fileId: string,
  needsDocument: NeedsDocument = isUnfinished,
): Promise<void> {
  await changeFile(store, tenant, fileId, (file) => ({ deletedAt: new Date().toISOString(), ...file }));
  await clearFile(store, tenant, fileId, needsDocument);
}

/** Deletes a file that its owner, or the run that it came with, has given up, unless somebody still holds it. */
export async function clearFile(
  store: ObjectStore,
  tenant: string,
  fileId: string,
  needsDocument: NeedsDocument = isUnfinished,
): Promise<void> {
  const file = await findKeptFile(store, tenant, fileId);
  if (!file || !isLeft(file) || (await isKept(store, tenant, file, needsDocument))) return;
  const going = await changeFile(store, tenant, fileId, (current) =>
    isLeft(current) ? { ...current, goingAt: new Date().toISOString() } : current,
  );
  if (going?.goingAt === undefined) return;
  if (await isKept(store, tenant, going, needsDocument)) {
    await changeFile(store, tenant, fileId, (current) => ({ ...current, goingAt: undefined }));
    return;
  }
  await store.deletePrefix(fileKeys(tenant, fileId).prefix);
}

/** Whether a holder exists: the job, the batch that will start it, or the item. */
export async function isHolderThere(store: ObjectStore, tenant: string, holder: FileHolder): Promise<boolean> {
  if (holder.kind === 'item') {
    return (await store.head(evaluationItemKey(tenant, holder.evaluationSetId, holder.itemId))) !== undefined;
  }
  const batchId = batchIdOfRun(holder.jobId);
  if (await hasObjects(store, jobKeys(tenant, holder.jobId).prefix)) return true;
  // A finished batch has no inputs; by then each started run has objects of its own.
  return batchId !== undefined && (await hasObjects(store, batchKeys(tenant, batchId).inputs));
}

/**
 * Whether a holder still needs a file that its owner has deleted: an accepted run that is not over does; an item of an
 * evaluation set does not.
 */
export async function isUnfinished(store: ObjectStore, tenant: string, holder: FileHolder): Promise<boolean> {
  if (holder.kind === 'item') return false;
  if (await store.head(jobKeys(tenant, holder.jobId).result)) return false;
  return isHolderThere(store, tenant, holder);
}

/** The holder that an object below a file's holders names; undefined if it is gone by now. */
export async function readHolder(store: ObjectStore, key: string): Promise<FileHolder | undefined> {
  return (await readJson(store, key, (value) => holderSchema.parse(value)))?.value;
}

function holderKey(tenant: string, fileId: string, holder: FileHolder): string {
  const parts = holder.kind === 'job' ? [holder.jobId] : [holder.evaluationSetId, holder.itemId];
  const hash = createHash('sha256').update(JSON.stringify([holder.kind, ...parts]));
  return fileKeys(tenant, fileId).heldBy(hash.digest('hex'));
}

/** The run that a file came with holds it implicitly: the file names it. */
function isOrigin({ jobId }: StoredFile, holder: FileHolder): boolean {
  return holder.kind === 'job' && holder.jobId === jobId;
}

function isLeft({ jobId, leftAt, deletedAt }: StoredFile): boolean {
  return deletedAt !== undefined || (jobId !== undefined && leftAt !== undefined);
}

async function isKept(
  store: ObjectStore,
  tenant: string,
  { id, jobId, leftAt, deletedAt }: StoredFile,
  needsDocument: NeedsDocument,
): Promise<boolean> {
  const isWanted = async (holder: FileHolder): Promise<boolean> =>
    deletedAt === undefined || (await needsDocument(store, tenant, holder));
  if (jobId !== undefined && leftAt === undefined && (await isWanted({ kind: 'job', jobId }))) return true;
  for await (const { key } of store.list(fileKeys(tenant, id).holders)) {
    if (deletedAt === undefined) return true;
    const holder = await readHolder(store, key);
    if (holder && (await isWanted(holder))) return true;
  }
  return false;
}

async function hasObjects(store: ObjectStore, prefix: string): Promise<boolean> {
  for await (const _ of store.list(prefix)) return true;
  return false;
}
