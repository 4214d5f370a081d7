import { ClassifierError, type ErrorCode } from './errors.ts';

export interface FieldErrorOptions {
  /** `invalid_request` when absent. */
  readonly code?: ErrorCode;
  /** The sentence for the caller; the field's name and the detail when absent. */
  readonly sentence?: string;
}

/**
 * An error about one field of a request. `field` is a path with dots between its parts. Pass a name that the caller
 * made up as a list of one part: it may contain dots itself.
 */
export function fieldError(
  field: string | readonly string[],
  detail: string,
  options: FieldErrorOptions = {},
): ClassifierError {
  const parts = typeof field === 'string' ? field.split('.') : field;
  const { code = 'invalid_request', sentence = `${parts.join('.')} ${detail}` } = options;
  return new ClassifierError(code, sentence, { errors: [{ pointer: toPointer(parts), detail }] });
}

/** Writes a path as a JSON pointer (RFC 6901). */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
