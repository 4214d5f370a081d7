import { z } from 'zod';
import { containsText } from '../../domain/text.ts';
import { documentTypes } from '../../domain/document.ts';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, updateJson, writeJson } from '../json-documents.ts';
import { fileKeys, filesPrefix } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { fileKinds } from './file-kind.ts';
import { isId } from '../ids.ts';
import { listDefinitions, type Page, type PageQuery } from '../list-page.ts';

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
  /** The run that it came with. It goes with this run, or with the last of those who named it since. */
  jobId: z.string().optional(),
  /** When the run that it came with was deleted: only those who named it since keep it. */
  leftAt: z.string().optional(),
  /** Nobody keeps it, and its bytes are being deleted: nobody may name it any more. */
  goingAt: z.string().optional(),
  /** When its owner deleted it. From then on it is no file to anybody but the runs that had been accepted before. */
  deletedAt: z.string().optional(),
});

const parse = (value: unknown) => fileSchema.parse(value);

export async function createFile(store: ObjectStore, tenant: string, file: StoredFile): Promise<void> {
  await writeJson(store, fileKeys(tenant, file.id).definition, file);
}

/** Undefined when the tenant has no such file. */
export async function findFile(store: ObjectStore, tenant: string, id: string): Promise<StoredFile | undefined> {
  const file = await findKeptFile(store, tenant, id);
  return file?.deletedAt === undefined ? file : undefined;
}

/** The same for those who keep a file: also one that its owner has deleted since. */
export async function findKeptFile(store: ObjectStore, tenant: string, id: string): Promise<StoredFile | undefined> {
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
export type FileFacts = Partial<Pick<StoredFile, 'kind' | 'document' | 'url' | 'pageCount' | 'readBy'>>;

/** Writers of one file take turns. */
const maxAttempts = 100;

/**
 * Adds what was learnt of a file, and tells whether it is there still; `learn` gives undefined where it says nothing
 * new.
 */
export async function recordFileFacts(
  store: ObjectStore,
  tenant: string,
  id: string,
  learn: (file: StoredFile) => FileFacts | undefined,
): Promise<boolean> {
  const known = await findKeptFile(store, tenant, id);
  // A thousand runs may read one file at once: only the first has something to write.
  if (!known || !learn(known)) return known !== undefined;
  const changed = await changeFile(store, tenant, id, (file) => {
    const facts = learn(file);
    return facts ? { ...file, ...facts, updatedAt: new Date().toISOString() } : file;
  });
  return changed !== undefined;
}

/** Replaces what is stored of a file, and gives that; undefined where there is none any more. */
export async function changeFile(
  store: ObjectStore,
  tenant: string,
  id: string,
  change: (file: StoredFile) => StoredFile,
): Promise<StoredFile | undefined> {
  const update = (file: StoredFile | undefined): StoredFile => {
    if (!file) throw fileNotFound(id);
    return change(file);
  };
  try {
    return (await updateJson(store, fileKeys(tenant, id).definition, parse, update, { maxAttempts })).value;
  } catch (error) {
    if (error instanceof ClassifierError && error.code === 'not_found') return undefined;
    throw error;
  }
}

export interface FileQuery extends PageQuery {
  readonly nameContains?: string | undefined;
}

/** A page of the tenant's files, by creation. */
export async function listFiles(
  store: ObjectStore,
  tenant: string,
  { nameContains = '', ...query }: FileQuery,
): Promise<Page<StoredFile>> {
  // A folder of what is still being uploaded has no definition yet, and is left out when it is read.
  const ids = await Array.fromAsync(store.folders(filesPrefix(tenant)));
  const read = async (id: string): Promise<StoredFile | undefined> => {
    const file = await findFile(store, tenant, id);
    return file && containsText(file.name, nameContains) ? file : undefined;
  };
  const scope = `files\0${tenant}\0${nameContains}`;
  return listDefinitions(ids, read, scope, { ...query, sortBy: 'createdAt' });
}

export function fileNotFound(id: string): ClassifierError {
  return new ClassifierError('not_found', `There is no file ${JSON.stringify(id.slice(0, 80))}.`);
}
