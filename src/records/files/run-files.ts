import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { StoredDocument } from '../../domain/contract.ts';
import { contentTypes } from '../../domain/document.ts';
import { documentTooLarge } from '../../domain/error-sentences.ts';
import { ClassifierError } from '../../domain/errors.ts';
import type { FilePasswords } from './file-passwords.ts';
import { ingestDocument } from '../../storage/ingest-document.ts';
import { fileKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { fileKindOf, kindOfName } from './file-kind.ts';
import { holdFile } from './file-holders.ts';
import { createFile, type StoredFile } from './files.ts';

/** A run's file, given in one of four ways. Names are clean enough to show. */
export type RunFileInput =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'url'; readonly url: string; readonly name: string; readonly password?: string | undefined }
  | { readonly kind: 'text'; readonly text: string; readonly name?: string | undefined }
  | {
      readonly kind: 'base64';
      readonly base64: string;
      readonly name?: string | undefined;
      readonly password?: string | undefined;
    };

export interface RunFile {
  readonly file: StoredFile;
  readonly source: { readonly document: StoredDocument } | { readonly url: string };
}

export interface RunFileRequest {
  readonly tenant: string;
  /** The run that the file comes with. */
  readonly jobId: string;
  /** The id of a new file: the same id twice is the same file. */
  readonly fileId: string;
  readonly input: RunFileInput;
  readonly signal: AbortSignal;
}

export interface RunFileDependencies {
  readonly store: ObjectStore;
  readonly passwords: FilePasswords;
  readonly maxFileBytes: number;
}

/**
 * Finds the file of a run and holds it, or creates it: then what came with the request is in the store, readable as a
 * file. Store the run's request before: the sweep finds the file of a killed process through it. Throws `not_found`,
 * and errors about the bytes.
 */
export async function prepareRunFile(dependencies: RunFileDependencies, request: RunFileRequest): Promise<RunFile> {
  const { store } = dependencies;
  const { tenant, jobId, input } = request;
  if (input.kind === 'id') return toRunFile(await holdFile(store, tenant, input.id, { kind: 'job', jobId }));
  const file = await newFile(dependencies, request, input);
  if ('password' in input && input.password !== undefined) {
    await dependencies.passwords.keep(tenant, file.id, input.password);
  }
  await createFile(store, tenant, file);
  return toRunFile(file);
}

async function newFile(
  dependencies: RunFileDependencies,
  request: RunFileRequest,
  input: Exclude<RunFileInput, { readonly kind: 'id' }>,
): Promise<StoredFile> {
  const { jobId, fileId: id } = request;
  const createdAt = new Date().toISOString();
  const common = { id, createdAt, updatedAt: createdAt, jobId };
  switch (input.kind) {
    case 'url':
      return { ...common, name: input.name, kind: kindOfName(input.name), url: input.url };
    case 'text': {
      const name = input.name ?? `${id}.txt`;
      const document = await putText(dependencies, request, input.text);
      return { ...common, name, kind: fileKindOf('text', name, input.text.slice(0, headLength)), document };
    }
    case 'base64': {
      const { document, head } = await putBytes(dependencies, request, Buffer.from(input.base64, 'base64'));
      const { name = id } = input;
      return { ...common, name, kind: fileKindOf(document.type, name, head), document };
    }
  }
}

/** Enough to recognise markup. */
const headLength = 1000;

async function putText(
  { store, maxFileBytes }: RunFileDependencies,
  { tenant, fileId, signal }: RunFileRequest,
  text: string,
): Promise<StoredDocument> {
  const { source: key } = fileKeys(tenant, fileId);
  const bytes = Buffer.from(text.toWellFormed());
  if (bytes.length > maxFileBytes) throw documentTooLarge('file.text', maxFileBytes);
  await store.put(key, bytes, { contentType: contentTypes.text, signal });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key, sha256, sizeBytes: bytes.length, type: 'text' };
}

async function putBytes(
  { store, maxFileBytes }: RunFileDependencies,
  { tenant, fileId, signal }: RunFileRequest,
  bytes: Buffer,
): Promise<{ readonly document: StoredDocument; readonly head: string }> {
  const { document, head } = await ingestDocument(Readable.from(bytes.length === 0 ? [] : [bytes]), {
    key: fileKeys(tenant, fileId).source,
    store,
    maxBytes: maxFileBytes,
    mayBeText: true,
    field: 'file.base64',
    signal,
  });
  return { document, head: Buffer.from(head).toString('latin1') };
}

export function toRunFile(file: StoredFile): RunFile {
  if (file.document) return { file, source: { document: file.document } };
  if (file.url !== undefined) return { file, source: { url: file.url } };
  throw new ClassifierError('document_missing', `The file ${file.id} has no content.`);
}
