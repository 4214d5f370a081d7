import { fieldError } from '../../domain/field-error.ts';

/** Proxies cut connections that are silent for a minute. */
export const maxWaitSeconds = 55;

/**
 * `?wait=<seconds>`: how long an answer may be held back for a job that is not finished. Who would wait longer asks
 * again anyway.
 */
export function parseWait(value: unknown): number {
  if (value === undefined || value === '') return 0;
  if (typeof value !== 'string') throw fieldError('wait', 'must be given once');
  if (!/^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) {
    const allowed = `must be a number of seconds from 0; more than ${maxWaitSeconds} count as ${maxWaitSeconds}`;
    throw fieldError('wait', `${allowed}; got "${value.slice(0, 40)}"`);
  }
  return Math.min(Number(value), maxWaitSeconds);
}
