import { countCharacters } from './text.ts';
import { fieldError } from './field-error.ts';

/** S3's limit on a key, in bytes of UTF-8. */
const maxKeyBytes = 1024;

/**
 * Parses the key of one of the tenant's own objects. Throws `invalid_request` for anything else: nobody reads another
 * tenant's.
 */
export function parseKey(value: unknown, field: string, tenant: string): string {
  if (typeof value !== 'string' || !value.startsWith(`tenants/${tenant}/`) || hasUpwardPart(value)) {
    throw fieldError(field, `must be an object key below tenants/${tenant}/`);
  }
  if (bytesOf(value) > maxKeyBytes) throw fieldError(field, `must have at most ${maxKeyBytes} bytes`);
  if (/\p{Cc}/u.test(value) || !value.isWellFormed())
    throw fieldError(field, 'must be text without control characters');
  return value;
}

/** Also matches `a//b` and `a/`, which are no keys of objects. */
function hasUpwardPart(key: string): boolean {
  return key.split('/').some((part) => part === '' || part === '.' || part === '..');
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Reads a key from an optional field. */
export function optionalKey<K extends string>(
  input: Record<string, unknown>,
  field: K,
  tenant: string,
): { readonly [F in K]?: string } {
  const given = optionalString(input, field, maxKeyBytes);
  if (given[field] !== undefined) parseKey(given[field], field, tenant);
  return given;
}

/** Reads text from a field that may be absent, empty or null. */
export function optionalString<K extends string>(
  input: Record<string, unknown>,
  field: K,
  maxLength: number,
): { readonly [F in K]?: string } {
  const value = input[field];
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') throw fieldError(field, 'must be a string');
  checkText(value, field, maxLength);
  const entry: { [F in K]?: string } = {};
  entry[field] = value;
  return entry;
}

/**
 * Temporal on PostgreSQL stores no search attribute with NUL or above 255 characters; a run with one would be listed as
 * running for ever.
 */
export function checkText(value: string, field: string, maxLength: number): void {
  const length = countCharacters(value);
  if (length > maxLength) throw fieldError(field, `must have at most ${maxLength} characters; got ${length}`);
  if (value.includes('\0')) throw fieldError(field, 'must be text without NUL');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
