import { createHash } from 'node:crypto';
import { ClassifierError } from '../domain/errors.ts';
import type { StartJobRequest } from './start-job-request.ts';

/** RFC 8941 strings and the habits of real clients: printable ASCII, bounded. */
const keyPattern = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;

/**
 * Derives the job id of an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-06): the same key of the same
 * tenant is the same job, so simultaneous requests meet in one workflow execution. It has the form of a UUID (RFC 9562,
 * version 8). Throws `invalid_request` for an invalid key.
 */
export function jobIdOfKey(tenant: string, key: string): string {
  refuseBadKey(key);
  return uuidOf(`${tenant}\0${key}`);
}

/** Throws `invalid_request` for an invalid `Idempotency-Key`. */
export function refuseBadKey(key: string): void {
  if (keyPattern.test(key)) return;
  throw new ClassifierError('invalid_request', 'Idempotency-Key must have 1 to 255 printable ASCII characters');
}

/** A UUID (RFC 9562, version 8) that is the same for the same text. */
export function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A hash of the whole request, except where its document lies and under which name and id it came. */
export function fingerprintOf(request: StartJobRequest): string {
  const { tenant: _tenant, jobId: _jobId, source, fileName: _fileName, requestId: _requestId, ...asked } = request;
  return createHash('sha256')
    .update(JSON.stringify([documentIn(source), asked]))
    .digest('hex');
}

function documentIn(source: StartJobRequest['source']): object {
  if ('url' in source) return { url: source.url };
  return 'document' in source ? { sha256: source.document.sha256 } : source;
}

export function idempotencyConflict(): ClassifierError {
  return new ClassifierError(
    'idempotency_conflict',
    'This Idempotency-Key was used with another request; use a new key for a new request',
  );
}
