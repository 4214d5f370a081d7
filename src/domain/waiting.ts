import { factsOf, isErrorCode, type ErrorCode, type WaitedFor } from './errors.ts';

/** How long a job waits for the operator, all its waits together, in seconds. */
export const patienceLimits = { defaultSeconds: 86_400, maxSeconds: 30 * 86_400 } as const;

/** Signals a waiting run that it can try again. */
export const goOnSignalName = 'goOn';

/** The memo key for what a run waits for; null while it waits for nothing. */
export const waitingMemoKey = 'waiting';

/** What a run waits for, in its memo and in the details of its activity's failure. */
export interface Waiting {
  readonly code: ErrorCode;
  /** For the operator, with the setting to change. */
  readonly detail: string;
  readonly waitsFor: WaitedFor;
  /** ISO 8601. */
  readonly since: string;
  /** The delay that the refusing server asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The namespace lacks the search attribute `WaitingFor`, and a run that set it would get stuck. */
  readonly isUnlabelled?: true;
}

/** Reads a failure's details or a memo; undefined for anything else. */
export function readWaiting(value: unknown): Waiting | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, detail, waitsFor, since, retryAfterMs, isUnlabelled }: Partial<Record<keyof Waiting, unknown>> = value;
  if (!isErrorCode(code) || typeof detail !== 'string' || typeof since !== 'string') return undefined;
  const facts = factsOf(code);
  if (facts.waitsFor === undefined || facts.waitsFor !== waitsFor) return undefined;
  return {
    code,
    detail,
    waitsFor: facts.waitsFor,
    since,
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    ...(isUnlabelled === true && { isUnlabelled }),
  };
}

/** `Waiting for the model since 2026-11-28 12:03 UTC: ...`, for the operator. */
export function describeWaiting({ waitsFor, since, detail }: Waiting): string {
  return `Waiting for the ${waitsFor} since ${since.slice(0, 16).replace('T', ' ')} UTC: ${detail}`;
}

const shortestPauseMs = 2000;
const longestPauseMs = 300_000;

/**
 * How long a run waits before it tries again without a signal. At first briefly, since most outages are short; then as
 * long as thousands of waiting runs can afford. `random` (0 to 1) spreads them; `retryAfterMs` is the delay that the
 * server asked for.
 */
export function pauseMs(round: number, random: number, retryAfterMs = 0): number {
  return Math.min(Math.max(shortestPauseMs * 2 ** round, retryAfterMs), longestPauseMs) * (0.75 + random / 2);
}
