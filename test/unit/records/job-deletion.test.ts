import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimMemo } from '../../../src/domain/run-claim.ts';
import { beginDeletion } from '../../../src/records/jobs/job-deletion.ts';
import { claimJob, readJobRequest, writeJobRequest } from '../../../src/records/jobs/job-request.ts';
import { hasTombstone, writeTombstone } from '../../../src/records/jobs/tombstones.ts';
import { writeJson } from '../../../src/records/json-documents.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import { createObjectStore } from '../../../src/storage/create-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';

let directory: string;
let store: ObjectStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-deletion-'));
  store = createObjectStore({ kind: 'folder', directory });
  await store.check();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function deletionOf(jobId: string) {
  const deletion = await beginDeletion(store, 'acme', jobId);
  if (!deletion) throw new Error('somebody else has deleted it');
  return deletion;
}

describe('the deletion of a job whose id was claimed by a key', () => {
  test('takes only the run of that claim for the run of the job', async () => {
    const { request } = await claimJob(store, 'acme', 'claimed', { fingerprint: 'f' });
    await writeTombstone(store, 'acme', 'claimed', 'deleted');
    const deletion = await deletionOf('claimed');

    expect(await deletion.isStarted({ runId: 'own', memo: claimMemo(request.claim) })).toBe(true);
    expect(await deletion.isStarted({ runId: 'behind', memo: claimMemo('of a deleted job') })).toBe(false);
    expect(await deletion.isStarted({ runId: 'deleted' })).toBe(false);
    expect(await deletion.isStarted({ runId: 'of an earlier version' })).toBe(true);
    expect(await deletion.isStarted(undefined)).toBe(false);
  });

  test('leaves all that the request says when it is given up', async () => {
    const key = jobKeys('acme', 'given-up').request;
    await claimJob(store, 'acme', 'given-up', { fingerprint: 'f' });
    const before = { ...(await readJobRequest(store, 'acme', 'given-up')), ofANewerVersion: { told: true } };
    await writeJson(store, key, before);

    await (await deletionOf('given-up')).abandon();

    expect(await readJobRequest(store, 'acme', 'given-up')).toEqual(before);
  });
});

test('a deletion hides the run, and leaves nothing of the job', async () => {
  await writeJobRequest(store, 'acme', 'whole', { url: 'https://example.com/a.pdf' });

  await (await deletionOf('whole')).finish({ runId: 'its run' });

  expect(await hasTombstone(store, 'acme', 'whole', 'its run')).toBe(true);
  expect(await Array.fromAsync(store.list(jobKeys('acme', 'whole').prefix))).toEqual([]);
});
