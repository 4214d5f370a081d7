import { folderSentence } from './startup/check-storage.ts';
import { ConfigError } from './config/config-error.ts';
import type { StoreConfig } from './config/config.ts';
import type { ObjectStore } from './storage/object-store.ts';
import { s3ErrorCode } from './storage/s3-errors.ts';

/** Checks at the start of a process that documents can be stored. Throws ConfigError that names the setting to change. */
export async function checkStore(store: ObjectStore, storage: StoreConfig): Promise<void> {
  try {
    await store.check();
  } catch (error) {
    throw new ConfigError(
      storage.kind === 'folder' ? folderSentence('DATA_DIR', storage.directory) : s3Sentence(storage, error),
      {
        cause: error,
      },
    );
  }
}

/** What S3 servers answer when they do not know the key or the secret. */
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
