import { z } from 'zod';
import { documentTypes } from '../domain/document.ts';
import { ClassifierError } from '../domain/errors.ts';
import { readJson, updateJson, writeJson } from '../storage/json-documents.ts';
import { fileKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { fileKinds } from './file-kind.ts';
import { isId } from './ids.ts';

/** A file that a caller uploaded or that came with a run: `file.json`, beside its bytes. */
export type StoredFile = z.infer<typeof fileSchema>;

const fileSchema = z.object({
  id: z.string(),
  /** For display only. */
  name: z.string(),
  kind: z.enum(fileKinds).nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Absent while a URL was not fetched yet. */
  document: z
    .object({ key: z.string(), sha256: z.string(), sizeBytes: z.number(), type: z.enum(documentTypes) })
    .optional(),
  /** Known when a run has opened it. */
  pageCount: z.number().optional(),
  /** Where it is fetched from, until it is; never shown, because its query may be a secret. */
  url: z.string().optional(),
  /** The job whose pages hold the text of the file, as far as it read them. */
  readBy: z.string().optional(),
  /** The run that it came with, and with which it is deleted. */
  jobId: z.string().optional(),
});

const parse = (value: unknown) => fileSchema.parse(value);

export async function createFile(store: ObjectStore, tenant: string, file: StoredFile): Promise<void> {
  await writeJson(store, fileKeys(tenant, file.id).definition, file);
}

/** Undefined when the tenant has no such file. */
export async function findFile(store: ObjectStore, tenant: string, id: string): Promise<StoredFile | undefined> {
  if (!isId('file', id)) return undefined;
  return (await readJson(store, fileKeys(tenant, id).definition, parse))?.value;
}

/** Throws `not_found`, also for a file of another tenant. */
export async function readFile(store: ObjectStore, tenant: string, id: string): Promise<StoredFile> {
  const file = await findFile(store, tenant, id);
  if (!file) throw fileNotFound(id);
  return file;
}

/** What a worker learns of a file: first what was fetched, then what was in it. */
export type FileFacts = Pick<StoredFile, 'kind' | 'document' | 'url' | 'pageCount' | 'readBy'>;

/** Adds what was learnt of a file, unless it was deleted meanwhile. */
export async function recordFileFacts(
  store: ObjectStore,
  tenant: string,
  id: string,
  learn: (file: StoredFile) => Partial<FileFacts>,
): Promise<void> {
  try {
    await updateJson(store, fileKeys(tenant, id).definition, parse, (file) => {
      if (!file) throw fileNotFound(id);
      return { ...file, ...learn(file), updatedAt: new Date().toISOString() };
    });
  } catch (error) {
    if (error instanceof ClassifierError && error.code === 'not_found') return;
    throw error;
  }
}

/** Deletes the file and its bytes. Throws `not_found`. */
export async function deleteFile(store: ObjectStore, tenant: string, id: string): Promise<void> {
  await readFile(store, tenant, id);
  await store.deletePrefix(fileKeys(tenant, id).prefix);
}

function fileNotFound(id: string): ClassifierError {
  return new ClassifierError('not_found', `There is no file ${JSON.stringify(id.slice(0, 80))}.`);
}
