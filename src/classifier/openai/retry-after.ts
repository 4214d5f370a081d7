/** Longer than this nobody means: a date far off is a clock gone wrong. */
const longestMs = 24 * 60 * 60 * 1000;

/**
 * How long a server asks to wait: `retry-after-ms` (OpenAI, Azure), else `Retry-After` in seconds or as an HTTP date
 * (RFC 9110 10.2.3). Undefined where it says nothing that can be read.
 */
export function parseRetryAfter(headers: Headers | undefined, nowMs: number): number | undefined {
  const milliseconds = readNumber(headers?.get('retry-after-ms'));
  if (milliseconds !== undefined) return bound(milliseconds);
  const value = headers?.get('retry-after');
  const seconds = readNumber(value);
  if (seconds !== undefined) return bound(seconds * 1000);
  const date = value ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : bound(date - nowMs);
}

function readNumber(value: string | null | undefined): number | undefined {
  return value && /^\s*\d+(\.\d+)?\s*$/u.test(value) ? Number(value) : undefined;
}

function bound(milliseconds: number): number {
  return Math.min(Math.max(0, Math.ceil(milliseconds)), longestMs);
}
