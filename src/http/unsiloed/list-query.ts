import { jobStatuses } from '../../domain/job.ts';
import type { ListJobsRequest } from '../../jobs/job-service.ts';
import { fieldError } from '../../domain/field-error.ts';

export const listLimits = { preset: 20, max: 100 } as const;

/**
 * Reads `?limit=&cursor=&status=&classification=&rerun_of=&created_after=&created_before=`. Throws 400s that name the
 * parameter.
 */
export function parseListQuery(query: Readonly<Record<string, unknown>>): Omit<ListJobsRequest, 'tenant'> {
  const cursor = textOf(query, 'cursor');
  const classification = textOf(query, 'classification');
  const rerunOf = textOf(query, 'rerun_of');
  const status = statusOf(textOf(query, 'status'));
  const createdAfter = instantOf('created_after', textOf(query, 'created_after'));
  const createdBefore = instantOf('created_before', textOf(query, 'created_before'));
  return {
    limit: limitOf(textOf(query, 'limit')),
    ...(cursor !== undefined && { cursor }),
    ...(status && { status }),
    ...(classification !== undefined && { classification }),
    ...(rerunOf !== undefined && { rerunOf }),
    ...(createdAfter && { createdAfter }),
    ...(createdBefore && { createdBefore }),
  };
}

export function limitOf(value: string | undefined): number {
  if (value === undefined) return listLimits.preset;
  const limit = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (limit >= 1 && limit <= listLimits.max) return limit;
  throw fieldError('limit', `must be a whole number from 1 to ${listLimits.max}; got "${value.slice(0, 40)}"`);
}

function statusOf(value: string | undefined): ListJobsRequest['status'] {
  if (value === undefined) return undefined;
  const status = jobStatuses.find((known) => known === value);
  if (status) return status;
  throw fieldError('status', `must be one of ${jobStatuses.join(', ')}; got "${value.slice(0, 40)}"`);
}

/** RFC 3339; a date alone is its midnight in UTC. */
export function instantOf(name: string, value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const [, day] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i.exec(value) ?? [];
  const instant = new Date(day !== undefined && isDayOfCalendar(day) ? value : Number.NaN);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw fieldError(name, `must be an RFC 3339 time such as 2026-01-31T12:00:00Z; got "${value.slice(0, 40)}"`);
}

/** JavaScript takes February 30 for March 2. */
function isDayOfCalendar(day: string): boolean {
  const midnight = new Date(day);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

export function textOf(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw fieldError(name, 'must be given once');
  // No stored value has any, and Temporal takes them for the end of a text.
  if (/\p{Cc}/u.test(value)) throw fieldError(name, 'must not hold control characters');
  return value;
}
