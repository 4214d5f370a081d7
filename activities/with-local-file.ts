import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ClassifierError } from '../src/domain/errors.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { createWorkingDirectory } from '../src/storage/working-directory.ts';

export interface LocalFileOptions {
  readonly store: ObjectStore;
  /** Folder for a document while it is in use, unless the store has it as a file. */
  readonly tempDirectory: string;
  readonly signal: AbortSignal;
}

/**
 * Runs work on a document as a file: a folder store's own file, or a copy for as long as the work lasts. The work only
 * reads it. Throws `document_missing`, and `storage_unavailable` when there is no room for the copy.
 */
export async function withLocalFile<T>(
  key: string,
  { store, tempDirectory, signal }: LocalFileOptions,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (store.localPath) {
    const path = await store.localPath(key);
    if (path === undefined) throw documentMissing();
    return work(path);
  }
  const directory = await createWorkingDirectory(tempDirectory).catch(refuseTempFolder);
  try {
    const path = join(directory, 'source');
    await fetchTo(path, key, store, signal).catch(refuseTempFolder);
    return await work(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The document as a stream. Throws `document_missing`. */
async function openDocument(key: string, store: ObjectStore): Promise<{ readonly stream: Readable }> {
  const source = await store.getStream(key);
  if (!source) throw documentMissing();
  return source;
}

async function fetchTo(path: string, key: string, store: ObjectStore, signal: AbortSignal): Promise<void> {
  const { stream } = await openDocument(key, store);
  await pipeline(stream, createWriteStream(path), { signal });
}

/** A full or read-only folder is an outage of this worker, not the end of the job. */
function refuseTempFolder(error: unknown): never {
  if (error instanceof Error && 'syscall' in error && 'code' in error && 'path' in error) throw tempFolder(error);
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
    throw tempFolder(error);
  throw error;
}

function tempFolder(cause: Error): ClassifierError {
  return new ClassifierError(
    'storage_unavailable',
    'The temporary folder of the worker (TEMP_DIR) cannot be written.',
    { cause },
  );
}

function documentMissing(): ClassifierError {
  return new ClassifierError('document_missing', 'The document is no longer in the store.');
}
