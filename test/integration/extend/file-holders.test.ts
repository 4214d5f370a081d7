import { beforeEach, describe, expect, test } from 'vitest';
import {
  deleteFile,
  holdFile,
  isHolderThere,
  releaseFile,
  settleFile,
  type FileHolder,
} from '../../../src/records/files/file-holders.ts';
import { createFile, findFile } from '../../../src/records/files/files.ts';
import { newId } from '../../../src/records/ids.ts';
import { deleteJobObjects } from '../../../src/records/jobs/job-deletion.ts';
import { jobIdOfBatch } from '../../../src/domain/batch.ts';
import { batchKeys, fileKeys, jobKeys } from '../../../src/records/keys.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { invoiceOrOther as config } from '../../support/extend-config.ts';
import { hookedStore, type Hook } from '../../support/hooked-store.ts';
import { storeKinds } from '../../support/store-kinds.ts';

const tenant = 'acme';
const a: FileHolder = { kind: 'job', jobId: 'run-a' };
const b: FileHolder = { kind: 'job', jobId: 'run-b' };
const item: FileHolder = { kind: 'item', evaluationSetId: 'ev_1', itemId: 'evi_1' };

describe.each(storeKinds)('a file that several name, in %s', (_, create) => {
  let store: ObjectStore;
  let fileId: string;

  beforeEach(async () => {
    store = await create();
    fileId = newId('file');
  });

  /** A file that came with run A, or one that was uploaded by itself. */
  async function givenFile(ofRun: 'run-a' | undefined): Promise<void> {
    const at = new Date().toISOString();
    const document = { key: fileKeys(tenant, fileId).source, sha256: 'ab', sizeBytes: 1, type: 'text' } as const;
    await store.put(document.key, Buffer.from('x'));
    await createFile(store, tenant, {
      id: fileId,
      name: 'a.txt',
      kind: 'TXT',
      createdAt: at,
      updatedAt: at,
      document,
      ...(ofRun && { jobId: ofRun }),
    });
    if (ofRun) await givenJob(ofRun);
  }

  async function givenJob(jobId: string): Promise<void> {
    const request = { run: { config, source: 'API', file: { id: fileId } } };
    await store.put(jobKeys(tenant, jobId).request, Buffer.from(JSON.stringify(request)));
  }

  const hasBytes = async () => (await store.head(fileKeys(tenant, fileId).source)) !== undefined;
  const left = async () => Array.fromAsync(store.list(fileKeys(tenant, fileId).prefix), ({ key }) => key);
  const at = (step: Hook['step'], when: Hook['when'], key: RegExp, act: Hook['act']) =>
    hookedStore(store, { step, when, key, act });

  test('outlives the run that it came with, and goes with the last run that names it', async () => {
    await givenFile('run-a');
    await givenJob('run-b');
    await holdFile(store, tenant, fileId, b);

    await deleteJobObjects(store, tenant, 'run-a');
    expect(await hasBytes()).toBe(true);
    expect(await findFile(store, tenant, fileId)).toMatchObject({ name: 'a.txt' });
    await deleteJobObjects(store, tenant, 'run-b');

    expect(await left()).toEqual([]);
  });

  test('outlives all runs where an item of an evaluation set names it, and goes with the item', async () => {
    await givenFile('run-a');
    await holdFile(store, tenant, fileId, item);

    await deleteJobObjects(store, tenant, 'run-a');
    expect(await hasBytes()).toBe(true);
    await releaseFile(store, tenant, fileId, item);

    expect(await left()).toEqual([]);
  });

  test('stays when it was uploaded by itself, whoever lets go of it', async () => {
    await givenFile(undefined);
    await givenJob('run-b');
    await holdFile(store, tenant, fileId, b);

    await deleteJobObjects(store, tenant, 'run-b');

    expect(await hasBytes()).toBe(true);
  });

  test('is gone for everybody once its owner deletes it, and its bytes as soon as no accepted run needs them', async () => {
    await givenFile(undefined);
    await givenJob('run-b');
    await holdFile(store, tenant, fileId, b);
    await holdFile(store, tenant, fileId, item);

    await deleteFile(store, tenant, fileId);
    expect(await findFile(store, tenant, fileId)).toBeUndefined();
    expect(await hasBytes()).toBe(true);
    await expect(holdFile(store, tenant, fileId, a)).rejects.toMatchObject({ code: 'not_found' });
    await store.put(jobKeys(tenant, 'run-b').result, Buffer.from('{}'));
    await settleFile(store, tenant, fileId);

    expect(await left()).toEqual([]);
  });

  test.each([
    ['just before its bytes go', 'before', 'deletePrefix', /files/],
    ['when it was looked for who holds it', 'after', 'list', /held-by/],
    ['while it is said that it goes', 'before', 'put', /file\.json/],
  ] as const)('is kept whole or refused when it is named %s', async (_when, when, step, key) => {
    await givenFile('run-a');
    await givenJob('run-b');
    let outcome = 'none';
    const racing = at(step, when, key, async () => {
      outcome = await holdFile(store, tenant, fileId, b).then(
        () => 'held',
        () => 'refused',
      );
    });

    await deleteJobObjects(racing, tenant, 'run-a');

    expect(outcome).toMatch(/held|refused/);
    expect(await hasBytes()).toBe(outcome === 'held');
    expect((await left()).length > 0).toBe(outcome === 'held');
  });

  test.each([
    ['before it is known to be there', 'before', 'put', /held-by/],
    ['after it was said who holds it', 'after', 'put', /held-by/],
  ] as const)('is kept whole or refused when it is deleted %s', async (_when, when, step, key) => {
    await givenFile('run-a');
    await givenJob('run-b');
    const racing = at(step, when, key, () => deleteJobObjects(store, tenant, 'run-a'));

    const outcome = await holdFile(racing, tenant, fileId, b).then(
      () => 'held',
      () => 'refused',
    );

    expect(await hasBytes()).toBe(outcome === 'held');
    expect((await left()).length > 0).toBe(outcome === 'held');
  });

  test.each([
    ['said', 'before', 'put', /file\.json/],
    ['looked', 'before', 'list', /held-by/],
    ['deleted', 'before', 'deletePrefix', /files/],
  ] as const)('goes when a deletion that was killed before it %s is done again', async (_what, when, step, key) => {
    await givenFile('run-a');
    const dying = at(step, when, key, async () => {
      throw new Error('killed');
    });
    await expect(deleteJobObjects(dying, tenant, 'run-a')).rejects.toThrow('killed');

    await deleteJobObjects(store, tenant, 'run-a');

    expect(await left()).toEqual([]);
  });

  test('is held by a run of a batch from when the batch is accepted until its inputs are gone', async () => {
    const batchId = newId('batchRun');
    const keys = batchKeys(tenant, batchId);
    const run: FileHolder = { kind: 'job', jobId: jobIdOfBatch(batchId, 0) };
    await store.put(keys.chunk(0), Buffer.from('[]'));
    expect(await isHolderThere(store, tenant, run)).toBe(true);

    await store.deletePrefix(keys.inputs);

    expect(await isHolderThere(store, tenant, run)).toBe(false);
  });

  test('whose maker was killed before it said what it is goes with the run that it was for', async () => {
    await givenJob('run-a');
    await store.put(fileKeys(tenant, fileId).source, Buffer.from('x'));

    await deleteJobObjects(store, tenant, 'run-a');

    expect(await left()).toEqual([]);
  });
});
