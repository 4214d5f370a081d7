import { ClassifierError } from '../../domain/errors.ts';
import { fieldError } from '../../domain/field-error.ts';

export function formTooLarge(): ClassifierError {
  return new ClassifierError('payload_too_large', 'The text fields of the form are too large together.');
}

export function notMultipart(contentType: string | undefined): ClassifierError {
  const got = contentType === undefined ? 'no Content-Type' : JSON.stringify(contentType.slice(0, 100));
  return new ClassifierError('unsupported_media_type', `Content-Type must be multipart/form-data; got ${got}.`);
}

export function malformedForm(cause: unknown): ClassifierError {
  const isMissingBoundary = cause instanceof Error && /boundary/i.test(cause.message);
  const reason = isMissingBoundary ? 'its Content-Type names no boundary' : 'a part is broken or its end is missing';
  return new ClassifierError('invalid_request', `The multipart body cannot be read: ${reason}.`, { cause });
}

export function uploadCutOff(cause: unknown): ClassifierError {
  return new ClassifierError('invalid_request', 'The upload ended before all of it had arrived.', { cause });
}

export function uploadStalled(idleTimeoutMs: number): ClassifierError {
  const detail = `The upload stalled: nothing arrived for ${idleTimeoutMs / 1000} s.`;
  return new ClassifierError('invalid_request', detail);
}

export function tooManyParts(what: 'parts' | 'fields' | 'files', limit: number): ClassifierError {
  return new ClassifierError('invalid_request', `The form must have at most ${limit} ${what}.`);
}

/** `field` is the caller's own name for it, so it is cut before it is repeated. */
export function invalidUpload(field: string, detail: string): ClassifierError {
  return fieldError([shown(field)], detail, { sentence: detail });
}

export function shown(field: string): string {
  return field.replace(/\p{Cc}/gu, '').slice(0, 100);
}
