import { S3Error } from 'minio';
import { ClassifierError } from '../domain/errors.ts';
import { storageRefused, storageUnavailable } from '../domain/error-sentences.ts';
import { isOwnMistake } from './file-errors.ts';
import { PreconditionFailed } from './object-store.ts';

/** What is wrong with the request itself: the same one fails again, however well the server is. Codes of S3 and of MinIO. */
const refusals = new Set([
  'EntityTooLarge',
  'EntityTooSmall',
  'InvalidArgument',
  'InvalidObjectName',
  'InvalidPart',
  'InvalidPartOrder',
  'InvalidRequest',
  'InvalidURI',
  'KeyTooLong',
  'KeyTooLongError',
  'MalformedXML',
  'MetadataTooLarge',
  'MethodNotAllowed',
  'MissingContentLength',
  'NotImplemented',
  'XMinioInvalidObjectName',
]);

/** The same, found by the client before it sends anything. */
const refusalsOfClient = new Set(['InvalidArgumentError', 'InvalidObjectNameError', 'InvalidPrefixError']);

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
 * What was asked of the store wrongly is final. Everything else that it answers is for the operator: it is down, overloaded, without the bucket, or it
 * rejects the credentials. The caller reads that the store can't be reached; S3's code and message stand in the cause.
 */
export function mapS3Error(error: unknown): unknown {
  if (error instanceof ClassifierError || error instanceof PreconditionFailed) return error;
  const code = s3ErrorCode(error);
  if (code === undefined) return isOfClient(error) ? storageRefused(error) : storageUnavailable(error);
  const cause = new Error(`S3 ${code}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  return refusals.has(code) ? storageRefused(cause) : storageUnavailable(cause);
}

function isOfClient(error: unknown): boolean {
  return isOwnMistake(error) || (error instanceof Error && refusalsOfClient.has(error.name));
}
