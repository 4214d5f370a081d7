import { S3Error } from 'minio';
import { ClassifierError } from '../domain/errors.ts';
import { storageRefused, storageUnavailable } from '../domain/error-sentences.ts';
import { isOwnMistake } from './file-system.ts';
import { PreconditionFailed } from './object-store.ts';

/** Faults of the request itself: it would fail again on a healthy server. Codes of S3 and of MinIO. */
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

/** The same, from the client before it sends anything. */
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
 * Maps an S3 error. A wrong request is final. Everything else is for the operator: the store is down, overloaded,
 * without the bucket, or rejects the credentials. The caller reads that the store cannot be reached; S3's code and
 * message are in the cause.
 */
export function mapS3Error(error: unknown): unknown {
  if (error instanceof ClassifierError || error instanceof PreconditionFailed) return error;
  const code = s3ErrorCode(error);
  if (code === undefined) return isOfClient(error) ? storageRefused(error) : storageUnavailable(error);
  const cause = new Error(`S3 ${code}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  if (refusals.has(code)) return storageRefused(cause);
  const sentence = sentenceOf(code);
  return sentence === undefined
    ? storageUnavailable(cause)
    : new ClassifierError('storage_unavailable', sentence, { cause });
}

/**
 * The sentence for faults that the operator must mend, with the setting to change; undefined for what may pass by
 * itself.
 */
function sentenceOf(code: string): string | undefined {
  const what = operatorFaults.find(([codes]) => codes.includes(code))?.[1];
  return what === undefined ? undefined : `The document store ${what} (${code}).`;
}

/** By the codes of S3 and of MinIO. */
const operatorFaults: readonly (readonly [readonly string[], string])[] = [
  [
    ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'ExpiredToken'],
    'rejects its keys: check S3_ACCESS_KEY and S3_SECRET_KEY',
  ],
  [['RequestTimeTooSkewed', 'RequestExpired'], "rejects the time of day: set this machine's clock"],
  [
    ['AccessDenied', 'AllAccessDisabled', 'AccountProblem'],
    'does not let its key use the bucket: check S3_BUCKET and what the key may do',
  ],
  [['NoSuchBucket'], 'has no such bucket: check S3_BUCKET'],
  [
    ['AuthorizationHeaderMalformed', 'PermanentRedirect', 'InvalidRegion'],
    'is in another region: check S3_REGION and S3_ENDPOINT',
  ],
  [
    ['XMinioStorageFull', 'InsufficientStorage', 'QuotaExceeded', 'XMinioAdminBucketQuotaExceeded'],
    'is full: make room',
  ],
];

function isOfClient(error: unknown): boolean {
  return isOwnMistake(error) || (error instanceof Error && refusalsOfClient.has(error.name));
}
