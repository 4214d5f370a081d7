import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { storedJobs } from '../../../src/retention/stored-jobs.ts';
import { createFolderStore } from '../../../src/storage/folder-store.ts';
import { keepJobId } from '../../../src/records/jobs/job-id.ts';
import { jobKeys, parseJobKey } from '../../../src/records/keys.ts';
import { assertObjectKey } from '../../../src/storage/object-key.ts';
import { unsplitKey } from '../../../src/storage/path-segment.ts';

const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-segment-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
const store = createFolderStore({ directory });

const ordinary = ['請求書'.repeat(11) + '一', 'ü'.repeat(77), 'x'.repeat(300), 'X'.repeat(200), '.'.repeat(300)];
const huge = ['請'.repeat(333), '%'.repeat(1000)];

/** What Temporal takes: up to 1,000 bytes. */
const ids = oneof(
  string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
  string({ unit: constantFrom('.', '/', '=', '%', 'X', '請'), minLength: 1, maxLength: 330 }),
).map((id) => Buffer.from(id).subarray(0, 1000).toString().toWellFormed());

describe('the objects of a job', () => {
  test.each([...ordinary, ...huge])('can be kept in a folder whatever its id, such as %s', async (id) => {
    const { result, descriptions } = jobKeys('acme', id);

    for (const key of [result, descriptions]) {
      await store.put(key, Buffer.from(id));
      expect(Buffer.from((await store.get(key))?.bytes ?? []).toString()).toBe(id);
    }
  });

  test('are listed with the id that its workflow has, also where that is too long for a key', async () => {
    for (const id of [...ordinary, ...huge]) {
      await keepJobId(store, 'globex', id);
      await store.put(jobKeys('globex', id).source, Buffer.from('x'));
    }

    const jobs = await Array.fromAsync(storedJobs(store, 'globex', undefined));

    expect(jobs.map(({ jobId }) => jobId).toSorted()).toEqual([...ordinary, ...huge].toSorted());
    for (const { jobId, prefix } of jobs) expect(prefix).toBe(jobKeys('globex', jobId).prefix);
  });

  test('have valid keys that tell the id, and no job lies within another', () => {
    assert(
      property(ids, ids, (id, other) => {
        const keys = jobKeys('a'.repeat(63), id);
        for (const key of [keys.source, keys.descriptions, keys.page(1, 'jpg'), keys.tombstone]) assertObjectKey(key);
        for (const part of keys.prefix.split('/')) expect(part.length).toBeLessThanOrEqual(255);
        expect(parseJobKey(keys.result)).toEqual({
          jobId: keys.id === undefined ? id : undefined,
          prefix: keys.prefix,
          name: 'result.json',
        });
        const isWithin = keys.prefix.startsWith(jobKeys('a'.repeat(63), other).prefix);
        expect(isWithin).toBe(id === other);
      }),
      { numRuns: 2000 },
    );
  });

  test('lie where an earlier version put them', () => {
    for (const id of ['7e10f5cd-6d83-4b8e-9f80-ac103fd9b2f1', 'order 12/a', '..', 'x'.repeat(254), 'ü'.repeat(15)]) {
      const segment = encodeURIComponent(id).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
      expect(jobKeys('acme', id).result).toBe(`tenants/acme/jobs/${segment}/result.json`);
    }
    for (const id of ordinary.slice(0, 4)) {
      const earlier = `tenants/acme/jobs/${encodeURIComponent(id)}/result.json`;
      expect(unsplitKey(jobKeys('acme', id).result)).toBe(earlier);
    }
    expect(unsplitKey(`tenants/acme/incoming/${'d'.repeat(80)}=/a.pdf`)).toBeUndefined();
  });
});

test('a name that no file can have is refused for good, and is no outage', async () => {
  const key = `tenants/acme/${'x'.repeat(300)}`;

  await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'internal', retryable: false });
  expect(await store.get(key)).toBeUndefined();
  expect(await store.head(key)).toBeUndefined();
  await store.delete(key);
});
