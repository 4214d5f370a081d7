import { S3Error } from 'minio';
import { ClassifierError } from '../domain/errors.ts';
import { storageUnavailable } from '../domain/error-sentences.ts';
import { PreconditionFailed } from './object-store.ts';

/** S3's error code, from minio's own error or from the error document that it throws as a plain object. */
export function s3ErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (error instanceof S3Error && 'code' in error && typeof error.code === 'string') return error.code;
  if (!(error instanceof Error) && 'Code' in error && typeof error.Code === 'string') return error.Code;
  return undefined;
}

/** `NotFound` is what an answer without a body (HEAD) gives. */
export function isMissingObject(error: unknown): boolean {
  const code = s3ErrorCode(error);
  return code === 'NoSuchKey' || code === 'NotFound';
}

/** Another writer was first: the condition failed, or (AWS) a conditional write of the same key is under way. */
export function isLostRace(error: unknown): boolean {
  const code = s3ErrorCode(error);
  return code === 'PreconditionFailed' || code === 'ConditionalRequestConflict';
}

/**
 * Everything else that the store answers is for the operator: it is down, overloaded, without the bucket, or it
 * rejects the credentials. The caller reads that the store can't be reached; S3's code and message stand in the cause.
 */
export function mapS3Error(error: unknown): unknown {
  if (error instanceof ClassifierError || error instanceof PreconditionFailed) return error;
  const code = s3ErrorCode(error);
  if (code === undefined) return storageUnavailable(error);
  const message = error instanceof Error ? error.message : '';
  return storageUnavailable(new Error(`S3 ${code}: ${message}`, { cause: error }));
}
