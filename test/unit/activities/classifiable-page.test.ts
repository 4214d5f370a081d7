import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classifiablePage } from '../../../activities/classifiable-page.ts';
import { createObjectStore } from '../../../src/storage/create-store.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';

let directory: string;
let store: ObjectStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-pages-'));
  store = createObjectStore({ kind: 'folder', directory });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The neighbours of a page of a job whose stored page texts are given as they lie in the store. */
async function neighboursOf(pageNumber: number, stored: Readonly<Record<number, string>>, jobId = crypto.randomUUID()) {
  const keys = jobKeys('acme', jobId);
  for (const [number, content] of Object.entries(stored)) {
    await store.put(keys.page(Number(number), 'json'), Buffer.from(content), { contentType: 'application/json' });
  }
  const page = classifiablePage({ tenant: 'acme', jobId, page: { pageNumber }, pageCount: 9 }, store);
  return await page.neighbours?.();
}

const text = (content: string): string => JSON.stringify({ text: content, spans: [] });

describe('the neighbours of a page', () => {
  test('are the first page and the one before it, each once and in order', async () => {
    const stored = { 1: text('one'), 2: text('two'), 3: text('three'), 4: text('four') };

    expect(await neighboursOf(4, stored)).toStrictEqual([
      { pageNumber: 1, text: { text: 'one', spans: [] } },
      { pageNumber: 3, text: { text: 'three', spans: [] } },
    ]);
    expect(await neighboursOf(2, stored)).toStrictEqual([{ pageNumber: 1, text: { text: 'one', spans: [] } }]);
    expect(await neighboursOf(1, stored)).toStrictEqual([]);
  });

  test('are absent where there is nothing to read, and fail no page', async () => {
    expect(await neighboursOf(4, {})).toStrictEqual([]);
    expect(await neighboursOf(4, { 1: text(' \n'), 3: '{"text":' })).toStrictEqual([]);
    expect(await neighboursOf(4, { 1: '"a string"', 3: '[]' })).toStrictEqual([]);
  });

  test('are those of the same job of the same tenant', async () => {
    const jobId = crypto.randomUUID();
    await store.put(jobKeys('globex', jobId).page(1, 'json'), Buffer.from(text('secret')), {
      contentType: 'application/json',
    });

    expect(await neighboursOf(2, {}, jobId)).toStrictEqual([]);
  });
});

test('a very long page has the sheet of its pieces from the store', async () => {
  const keys = jobKeys('acme', 'long');
  await store.put(keys.page(1, 'sheet.jpg'), Buffer.from('pieces'), { contentType: 'image/jpeg' });
  const sheet = { imageKey: keys.page(1, 'sheet.jpg'), isWhole: false };
  const page = classifiablePage({ tenant: 'acme', jobId: 'long', page: { pageNumber: 1, sheet }, pageCount: 1 }, store);

  expect(page.sheet?.isWhole).toBe(false);
  expect(Buffer.from((await page.sheet?.image()) ?? [])).toEqual(Buffer.from('pieces'));
});
