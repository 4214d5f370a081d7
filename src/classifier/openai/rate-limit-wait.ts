import { parseRetryAfter, parseRetryAfterMs } from '../../net/retry-after.ts';

type Headers = Pick<globalThis.Headers, 'get'>;

/**
 * How long a server asks to wait, in milliseconds: `retry-after-ms` (OpenAI, Azure), else `Retry-After` in seconds or
 * as a date, else the time until a rate limit is reset.
 */
export function readWait(headers: Headers | undefined, nowMs: number): number | undefined {
  if (!headers) return undefined;
  return (
    parseRetryAfterMs(headers.get('retry-after-ms')) ??
    parseRetryAfter(headers.get('retry-after'), nowMs) ??
    readReset(headers)
  );
}

/** Reads the wait from an error's message: `Please try again in 7h12m`. */
export function readWaitInWords(message: string): number | undefined {
  const said = /\b(?:try again|retry) (?:in|after) ((?:\d{1,9}(?:\.\d{1,9})?(?:ms|h|m|s)){1,4})\b/iu.exec(message)?.[1];
  return parseDuration(said?.toLowerCase() ?? null);
}

/** How often to check a daily limit whose end is unknown. */
const unknownDayMs = 3_600_000;

/** How long to wait for a limit of which the message says that it is that of a day. */
export function readDayLimit(message: string): number | undefined {
  return /\bper[ -]day\b|\bdaily\b/iu.test(message) ? unknownDayMs : undefined;
}

const limited = ['requests', 'tokens'] as const;

/**
 * `x-ratelimit-reset-requests` and `-tokens` say when a limit is back at its full, which is later than need be; the one
 * that is used up counts, or the later one where neither says so. Azure sends 0 with a remainder of -1 where it does
 * not know.
 */
function readReset(headers: Headers): number | undefined {
  const resets = limited.flatMap((what) => {
    const waitMs = parseDuration(headers.get(`x-ratelimit-reset-${what}`));
    const remaining = headers.get(`x-ratelimit-remaining-${what}`)?.trim();
    return waitMs === undefined || waitMs === 0 ? [] : [{ waitMs, isUsedUp: remaining === '0' }];
  });
  const usedUp = resets.filter(({ isUsedUp }) => isUsedUp);
  const counted = usedUp.length > 0 ? usedUp : resets;
  return counted.length === 0 ? undefined : Math.max(...counted.map(({ waitMs }) => waitMs));
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Reads `1s`, `6m0s`, `12ms`, `1h2m3.5s` (OpenAI), or plain seconds (Azure). */
function parseDuration(value: string | null): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/u.test(text)) return parseRetryAfter(text, 0);
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/u.test(text)) return undefined;
  // Numbers and units by turns.
  const parts = text.split(/(ms|h|m|s)/u);
  const totalMs = parts.reduce(
    (sum, unit, index) => sum + (index % 2 === 0 ? 0 : Number(parts[index - 1]) * (unitMs[unit] ?? 0)),
    0,
  );
  return parseRetryAfterMs(String(totalMs));
}
