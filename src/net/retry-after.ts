/** Nobody means a longer time: a distant date is a wrong clock. */
const longestMs = 24 * 60 * 60 * 1000;

/** Reads `Retry-After`, in seconds or as an HTTP date (RFC 9110 10.2.3); undefined where there is nothing to read. */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | undefined {
  const seconds = readNumber(value);
  if (seconds !== undefined) return boundWait(seconds * 1000);
  const date = value ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : boundWait(date - nowMs);
}

/** Reads `retry-after-ms`, which OpenAI and Azure send beside it, more exact. */
export function parseRetryAfterMs(value: string | null | undefined): number | undefined {
  const milliseconds = readNumber(value);
  return milliseconds === undefined ? undefined : boundWait(milliseconds);
}

function readNumber(value: string | null | undefined): number | undefined {
  return value && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

function boundWait(milliseconds: number): number {
  return Math.min(Math.max(0, Math.ceil(milliseconds)), longestMs);
}
