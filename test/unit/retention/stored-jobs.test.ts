import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOld } from '../../../src/retention/expire-job.ts';
import { storedJobs, storedTenants } from '../../../src/retention/stored-jobs.ts';
import { createFolderStore } from '../../../src/storage/folder-store.ts';
import { jobKeys } from '../../../src/records/keys.ts';

const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-retention-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
const store = createFolderStore({ directory });

const ids = ['1', '1-2', 'a/b', '..', 'z'];

beforeAll(async () => {
  for (const id of ids) {
    const keys = jobKeys('acme', id);
    for (const key of [keys.source, keys.page(1, 'jpg'), ...(id === 'z' ? [] : [keys.result])]) {
      await store.put(key, Buffer.from('x'));
    }
  }
  for (const key of ['tenants/acme/jobs/stray', 'tenants/acme/files/f/source', 'tenants/Other/jobs/1/source', 'x/y']) {
    await store.put(key, Buffer.from('x'));
  }
});

describe('storedJobs', () => {
  test('gives each job once, by the id that its workflow has, with what tells its age', async () => {
    const jobs = await Array.fromAsync(storedJobs(store, 'acme', undefined));

    expect(jobs.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
    for (const { jobId, prefix, finishedAt, changedAt } of jobs) {
      expect(prefix).toBe(jobKeys('acme', jobId).prefix);
      expect(changedAt).toBeInstanceOf(Date);
      expect(finishedAt === undefined).toBe(jobId === 'z');
    }
  });

  test('goes on behind any of them', async () => {
    const jobs = await Array.fromAsync(storedJobs(store, 'acme', undefined));

    for (const [index, { lastKey }] of jobs.entries()) {
      const behind = await Array.fromAsync(storedJobs(store, 'acme', lastKey));
      expect(behind.map(({ jobId }) => jobId)).toEqual(jobs.slice(index + 1).map(({ jobId }) => jobId));
    }
  });

  test('leaves out folders that are no tenants', async () => {
    expect(await storedTenants(store)).toEqual(['acme']);
  });
});

describe('isOld', () => {
  const day = (number: number) => new Date(Date.UTC(2026, 0, number));
  const job = { jobId: '1', prefix: 'p/', hasRequest: true, lastKey: 'p/source' };
  const closedBefore = day(10).toISOString();
  const abandonedBefore = day(20).toISOString();

  test.each([
    ['a job that was finished before', { finishedAt: day(9), changedAt: day(15) }, true],
    ['a job that was finished since, although its upload is older', { finishedAt: day(11), changedAt: day(11) }, false],
    ['an upload that was abandoned before', { changedAt: day(19) }, true],
    ['an upload of yesterday', { changedAt: day(21) }, false],
  ])('says of %s: %s', (_, ages, expected) => {
    expect(isOld({ ...job, ...ages }, { closedBefore, abandonedBefore })).toBe(expected);
  });

  test('keeps finished jobs where they are kept, and uploads where those are', () => {
    const finished = { ...job, finishedAt: day(1), changedAt: day(1) };
    const abandoned = { ...job, changedAt: day(12) };

    expect(isOld(finished, { abandonedBefore })).toBe(false);
    expect(isOld(abandoned, { closedBefore })).toBe(false);
    expect(isOld(finished, {})).toBe(false);
  });
});
