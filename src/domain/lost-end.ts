import type { JobError } from './job.ts';

/** Temporal's words for a child that ended with its parent. */
const parentClosed = 'by parent close policy';

/**
 * The error of a terminated run, which could store no outcome itself. `reason` is Temporal's or the operator's, word
 * for word.
 */
export function terminated(reason: string | undefined): JobError {
  const who = reason === parentClosed ? 'with the workflow that had started it' : 'by an operator';
  return { code: 'cancelled', detail: `Classification was terminated ${who}` };
}

export function timedOut(): JobError {
  return { code: 'deadline_exceeded', detail: 'Classification took too long' };
}
