import { describe, expect, test } from 'vitest';
import type { Job } from '../../../src/domain/job.ts';
import { filterQuery, matchesFilter } from '../../../src/jobs/job-filter.ts';

const until = Date.parse('2026-11-28T12:00:00Z');
const scope = { tenant: 'acme', kind: 'rerun', until } as const;
const failed: Job = {
  jobId: 'a',
  status: 'failed',
  createdAt: '2026-11-28T11:00:00.000Z',
  error: { code: 'model_auth', detail: 'x' },
};
const running: Job = { jobId: 'b', status: 'processing', createdAt: '2026-11-28T11:00:00.000Z' };

describe('a job that a filter has found', () => {
  test('is looked at again: its status, its failure, and whether it is a later one with the same id', () => {
    expect(matchesFilter(failed, { status: 'failed', failureCode: 'model_auth' }, scope)).toBe(true);
    expect(matchesFilter(failed, { failureCode: 'model_refused' }, scope)).toBe(false);
    expect(matchesFilter(failed, { status: 'completed' }, scope)).toBe(false);
    expect(matchesFilter({ ...failed, createdAt: '2026-11-28T12:00:00.001Z' }, {}, scope)).toBe(false);
  });

  test('is not run again while it runs, and is cancelled whether a worker has it or not', () => {
    expect(matchesFilter(running, {}, scope)).toBe(false);
    expect(matchesFilter(running, { status: 'queued' }, { ...scope, kind: 'cancellation' })).toBe(true);
    expect(matchesFilter(running, { confidenceBelow: 0.9 }, { ...scope, kind: 'deletion' })).toBe(false);
  });
});

test('a filter always names the tenant and the time, and quotes what callers say', () => {
  const query = filterQuery({ classification: "it is 'x' OR Tenant", batchId: "x' OR 'a' = 'a" }, scope);

  expect(query).toContain("Tenant = 'acme' AND StartTime < '2026-11-28T12:00:00.001Z'");
  expect(query).toContain(String.raw`Classification = 'it is \'x\' OR Tenant'`);
  expect(query).toContain(String.raw`Batch = 'x\' OR \'a\' = \'a'`);
});
