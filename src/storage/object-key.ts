/** S3's own limit on a key, in bytes of UTF-8. */
export const maxKeyBytes = 1024;

/**
 * Refuses a key that could mean different things to different stores: empty, `.` or `..` segments, control characters,
 * lone surrogates, or more than 1024 bytes. Keys are made by us from checked parts, so a bad one is a bug: TypeError.
 */
export function assertObjectKey(key: string): void {
  const problem = problemOf(key);
  if (problem) throw new TypeError(`object key ${problem}: ${JSON.stringify(key.slice(0, 200))}`);
}

/** Refuses a prefix that is not a whole folder: it must be a key followed by `/`. */
export function assertFolderPrefix(prefix: string): void {
  if (!prefix.endsWith('/')) throw new TypeError(`object prefix must end in "/": ${JSON.stringify(prefix)}`);
  assertObjectKey(prefix.slice(0, -1));
}

/** Refuses a prefix that no valid key can begin with; the empty prefix means every object. */
export function assertListPrefix(prefix: string): void {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '') assertFolderPrefix(folder);
}

/** S3 lists keys by their UTF-8 bytes; JavaScript compares UTF-16 units, which differs beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function problemOf(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (Buffer.byteLength(key) > maxKeyBytes) return `is longer than ${maxKeyBytes} bytes`;
  if (/\p{Cc}/u.test(key)) return 'holds a control character';
  if (!key.isWellFormed()) return 'is no valid Unicode';
  const segments = key.split('/');
  if (segments.includes('')) return 'has an empty segment';
  if (segments.includes('.') || segments.includes('..')) return 'has a "." or ".." segment';
  return undefined;
}
