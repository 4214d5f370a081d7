import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageUnavailable } from '../../../src/domain/error-sentences.ts';
import type { Job } from '../../../src/domain/job.ts';
import { createJobCache } from '../../../src/jobs/job-cache.ts';
import { writeReview } from '../../../src/records/jobs/job-review.ts';
import { writeTombstone } from '../../../src/records/jobs/tombstones.ts';
import { createObjectStore } from '../../../src/storage/create-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { hookedStore } from '../../support/hooked-store.ts';

let directory: string;
let store: ObjectStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-cache-'));
  store = createObjectStore({ kind: 'folder', directory });
  await store.check();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const jobOf = (jobId: string, length = 10): Job => ({
  jobId,
  status: 'failed',
  createdAt: '2026-01-01T00:00:00.000Z',
  error: { code: 'internal', detail: 'x'.repeat(length) },
});

async function cacheWith(jobId: string, over: ObjectStore = store) {
  const cache = createJobCache(over, 1_000_000);
  cache.keep('acme', jobOf(jobId), await cache.versionOf('acme', jobId));
  return cache;
}

test('finished jobs in memory are bounded by their bytes, the least used going first', async () => {
  const cache = createJobCache(store, 1_000_000);
  const version = await cache.versionOf('acme', 'none');
  const isKept = async (jobId: string) => (await cache.get('acme', jobId)) !== undefined;

  for (let number = 0; number < 1000; number++) cache.keep('acme', jobOf(`small-${number}`), version);
  expect(await isKept('small-0')).toBe(true);
  for (let number = 0; number < 100; number++) cache.keep('acme', jobOf(`large-${number}`, 50_000), version);

  expect(await isKept('small-999')).toBe(false);
  expect(await isKept('large-90')).toBe(false);
  expect(await isKept('large-99')).toBe(true);
  cache.keep('acme', jobOf('huge', 2_000_000), version);
  expect(await isKept('huge')).toBe(false);
});

test('a job that another process deletes or reviews is not answered from memory', async () => {
  const deleted = await cacheWith('deleted');
  const reviewed = await cacheWith('reviewed');
  expect(await deleted.get('acme', 'deleted')).toEqual(jobOf('deleted'));

  await writeTombstone(store, 'acme', 'deleted', 'its-run');
  await writeReview(store, 'acme', 'reviewed', { classification: 'invoice', reviewedAt: '2026-01-01T00:00:00.000Z' });

  expect(await deleted.get('acme', 'deleted')).toBeUndefined();
  expect(await reviewed.get('acme', 'reviewed')).toBeUndefined();
});

test('a job in memory is answered while the store is away', async () => {
  const act = async () => {
    throw storageUnavailable(new Error('away'));
  };
  const cache = await cacheWith(
    'away',
    hookedStore(store, { step: 'head', when: 'before', key: /away/, after: 2, act }),
  );

  expect(await cache.get('acme', 'away')).toEqual(jobOf('away'));
});
