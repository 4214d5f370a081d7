import { factsOf, isErrorCode, type ErrorCode, type WaitedFor } from './errors.ts';

/** How long a job waits for what only the operator can mend, all its waits together, in seconds. */
export const patienceLimits = { defaultSeconds: 86_400, maxSeconds: 30 * 86_400 } as const;

/** The signal to a run that waits: what it waits for can be used again, by what its sender knows. */
export const goOnSignalName = 'goOn';

/** The member of a run's memo that says what it waits for; null while it waits for nothing. */
export const waitingMemoKey = 'waiting';

/** What a run waits for, as its memo and the details of its activity's failure have it. */
export interface Waiting {
  readonly code: ErrorCode;
  /** For the operator, with the setting to change. */
  readonly detail: string;
  readonly waitsFor: WaitedFor;
  /** ISO 8601. */
  readonly since: string;
  /** How long whoever refused says to stay away, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The namespace has no search attribute `WaitingFor`, and a run that set it would never get on. */
  readonly isUnlabelled?: true;
}

/** Reads what a failure or a memo says; undefined where it says nothing of the kind. */
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
 * How long a run waits that nobody signals before it asks again: at first briefly, since most outages are short, then
 * as long as the thousands that wait beside it can afford. `random` from 0 to 1 keeps them apart, `retryAfterMs` is
 * what was asked for.
 */
export function pauseMs(round: number, random: number, retryAfterMs = 0): number {
  return Math.min(Math.max(shortestPauseMs * 2 ** round, retryAfterMs), longestPauseMs) * (0.75 + random / 2);
}
