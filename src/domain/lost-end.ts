import type { JobError } from './job.ts';

/** Temporal's own words for a child that its parent did not outlive. */
const parentClosed = 'by parent close policy';

/**
 * What was ended without its consent could not say so itself; `reason` is Temporal's or the operator's, whose words
 * stay their own.
 */
export function terminated(reason: string | undefined): JobError {
  const who = reason === parentClosed ? 'with the workflow that had started it' : 'by an operator';
  return { code: 'cancelled', detail: `Classification was terminated ${who}` };
}

export function timedOut(): JobError {
  return { code: 'deadline_exceeded', detail: 'Classification took too long' };
}
