import { invalidRequest } from '../shared/problem.ts';

/** Proxies cut connections that are silent for a minute. */
export const maxWaitSeconds = 55;

/** `?wait=<seconds>`: how long an answer may be held back for a job that is not finished. */
export function parseWait(value: unknown): number {
  if (value === undefined || value === '') return 0;
  if (typeof value !== 'string') throw invalidRequest('wait', 'must be given once');
  const seconds = /^\d{1,3}(\.\d{1,3})?$/.test(value) ? Number(value) : -1;
  if (seconds < 0 || seconds > maxWaitSeconds) {
    throw invalidRequest(
      'wait',
      `must be a number of seconds from 0 to ${maxWaitSeconds}; got "${value.slice(0, 40)}"`,
    );
  }
  return seconds;
}
