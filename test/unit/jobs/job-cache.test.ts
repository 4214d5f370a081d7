import { expect, test } from 'vitest';
import type { Job } from '../../../src/domain/job.ts';
import { createJobCache } from '../../../src/jobs/job-cache.ts';

test('finished jobs in memory are bounded by their bytes, the least used going first', () => {
  const cache = createJobCache(1_000_000);
  const job = (jobId: string, length: number): Job => ({
    jobId,
    status: 'failed',
    createdAt: '2026-01-01T00:00:00.000Z',
    error: { code: 'internal', detail: 'x'.repeat(length) },
  });

  for (let number = 0; number < 5000; number++) cache.set(`small-${number}`, job(String(number), 10));
  expect(cache.size).toBeGreaterThan(1000);
  for (let number = 0; number < 100; number++) cache.set(`large-${number}`, job(String(number), 50_000));

  expect(cache.size).toBeLessThan(10);
  expect(cache.calculatedSize).toBeLessThanOrEqual(1_000_000);
  cache.set('huge', job('huge', 2_000_000));
  expect(cache.get('huge')).toBeUndefined();
});
