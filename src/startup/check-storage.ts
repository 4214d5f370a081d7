import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBrokenCondition } from './check-conditions.ts';
import { ConfigError } from '../config/config-error.ts';
import { makeFolder } from '../storage/file-system.ts';
import { createWorkingDirectory } from '../storage/working-directory.ts';
import type { StoreConfig } from '../config/config.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { s3ErrorCode } from '../storage/s3-errors.ts';

/**
 * Creates a setting's folder if it is missing, and checks that it takes files. Throws ConfigError that names the
 * setting.
 */
export async function checkFolder(setting: 'DATA_DIR' | 'TEMP_DIR', directory: string): Promise<void> {
  try {
    await makeFolder(directory);
    const probe = await createWorkingDirectory(directory);
    // A full disk still takes new names.
    await writeFile(join(probe, 'check'), 'check').finally(() => rm(probe, { recursive: true, force: true }));
  } catch (cause) {
    throw new ConfigError(folderSentence(setting, directory), { cause });
  }
}

/** The sentence about a folder that cannot be used. */
function folderSentence(setting: 'DATA_DIR' | 'TEMP_DIR', directory: string): string {
  return `${setting}: ${directory} cannot be written; set ${setting} to a folder that can`;
}

/**
 * Checks at start-up that documents can be stored, and that an S3 server honours conditional writes. Throws ConfigError
 * that names the setting to change.
 */
export async function checkStore(store: ObjectStore, storage: StoreConfig): Promise<void> {
  let broken: string | undefined;
  try {
    await store.check();
    if (storage.kind === 's3') broken = await findBrokenCondition(store);
  } catch (error) {
    throw new ConfigError(
      storage.kind === 'folder' ? folderSentence('DATA_DIR', storage.directory) : s3Sentence(storage, error),
      {
        cause: error,
      },
    );
  }
  if (storage.kind === 's3' && broken !== undefined) {
    throw new ConfigError(
      `S3_ENDPOINT: the server at ${storage.endpoint} does not ${broken}, without which documents may be lost; set S3_ENDPOINT to one that does`,
    );
  }
}

/** S3's answers to an unknown key or secret. */
const rejectsKeys = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken']);

function s3Sentence({ endpoint, bucket }: Extract<StoreConfig, { kind: 's3' }>, error: unknown): string {
  const code = s3CodeOf(error);
  if (code === undefined) {
    return `S3_ENDPOINT: no S3 server answers at ${endpoint}; start it, or set S3_ENDPOINT to where it is`;
  }
  if (rejectsKeys.has(code)) {
    return `S3_ACCESS_KEY, S3_SECRET_KEY: ${endpoint} rejects them (${code}); set keys that it knows`;
  }
  if (code === 'AccessDenied') {
    return `S3_BUCKET: ${endpoint} does not let this key use the bucket "${bucket}"; set one in which it may list, read, write and delete, or another S3_ACCESS_KEY and S3_SECRET_KEY`;
  }
  return `S3_BUCKET: the bucket "${bucket}" at ${endpoint} cannot be used (${code}); set one that can, or S3_ENDPOINT and S3_REGION to where it is`;
}

/** The store wraps what S3 answered. */
function s3CodeOf(error: unknown): string | undefined {
  return s3ErrorCode(error) ?? (error instanceof Error ? s3CodeOf(error.cause) : undefined);
}
