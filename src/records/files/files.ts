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
  /** Absent until the URL has been fetched. */
  document: z
    .object({ key: z.string(), sha256: z.string(), sizeBytes: z.number(), type: z.enum(documentTypes) })
    .optional(),
  /** Known when a run has opened it. */
  pageCount: z.number().optional(),
  /** The URL, until it has been fetched. Never shown, because its query may be a secret. */
  url: z.string().optional(),
  /** The job whose pages hold the text of the file, as far as it read them. */
  readBy: z.string().optional(),
  /** The run that the file came with. The file goes with this run, or with its last holder. */
  jobId: z.string().optional(),
  /** When the run that it came with was deleted. From then on only its other holders keep it. */
  leftAt: z.string().optional(),
  /** Nobody holds it and its bytes are being deleted; nobody may hold it any more. */
  goingAt: z.string().optional(),
  /** When its owner deleted it. Only runs that were accepted before can still use it. */
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

/** The same for holders: also finds a file that its owner has deleted. */
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

/** A worker's findings about a file: first what it fetched, then what is in it. */
export type FileFacts = Partial<Pick<StoredFile, 'kind' | 'document' | 'url' | 'pageCount' | 'readBy'>>;

/** Writers of one file take turns. */
const maxAttempts = 100;

/**
 * Records findings about a file; resolves with whether it still exists. `learn` returns undefined when it has nothing
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

/** Changes the stored file and returns it; undefined if it is gone. */
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
  // The folder of an upload under way has no definition yet; reading leaves it out.
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
