import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseQuotas } from '../../../src/config/tenant-lists.ts';
import { createQuotas, type IsStarted, type Quotas } from '../../../src/jobs/quota.ts';
import { createObjectStore } from '../../../src/storage/create-store.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';

async function newStore() {
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-quota-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return createObjectStore({ kind: 'folder', directory });
}

const nothingStarted: IsStarted = async () => false;

function quotasIn(store: ObjectStore, documents: number, isStarted = nothingStarted): Quotas {
  return createQuotas(store, [{ tenant: 'acme', documents }], isStarted);
}

describe('createQuotas', () => {
  test('grants exactly as many documents as the quota has, also to many processes at once', async () => {
    const store = await newStore();
    const processes = Array.from({ length: 12 }, () => quotasIn(store, 5));

    const shares = await Promise.allSettled(processes.map((quotas, index) => quotas.take('acme', `job-${index}`)));
    const remaining = shares.flatMap((share) => (share.status === 'fulfilled' ? [share.value?.remaining] : []));

    expect(remaining.toSorted((a = 0, b = 0) => a - b)).toEqual([0, 1, 2, 3, 4]);
    await expect(quotasIn(store, 5).check('acme', 'job')).rejects.toMatchObject({
      code: 'quota_exceeded',
      quota: { current: 5, limit: 5 },
    });
  });

  test('grants all documents of a batch or none of them', async () => {
    const quotas = quotasIn(await newStore(), 5);

    await expect(quotas.take('acme', 'batch-1', 6)).rejects.toMatchObject({ code: 'quota_exceeded' });
    const share = await quotas.take('acme', 'batch-2', 5);
    expect(share?.remaining).toBe(0);
    expect(await share?.giveBack()).toBe(5);
  });

  test('counts no document that was given back', async () => {
    const quotas = quotasIn(await newStore(), 1);

    const share = await quotas.take('acme', 'job-1');
    await share?.giveBack();

    expect((await quotas.take('acme', 'job-2'))?.remaining).toBe(0);
  });

  test('lets a tenant without a quota submit what it likes, and does not count it', async () => {
    const store = await newStore();
    const quotas = quotasIn(store, 0);

    await quotas.check('globex', 'job-1');

    expect(await quotas.take('globex', 'job-1')).toBeUndefined();
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    await expect(quotas.take('acme', 'job-1')).rejects.toMatchObject({ code: 'quota_exceeded' });
  });

  test('counts nothing for the job that is to count against no quota', async () => {
    const quotas = createQuotas(
      await newStore(),
      [{ tenant: 'acme', documents: 1, unmeteredJob: 'sample' }],
      async () => true,
    );

    await quotas.check('acme', 'sample');
    expect(await quotas.takeShared('acme', 'sample')).toBeUndefined();

    expect((await quotas.take('acme', 'job-1'))?.remaining).toBe(0);
    await quotas.check('acme', 'sample');
  });

  test('counts one document for any number of requests with one key at once, and refuses none of them', async () => {
    const quotas = quotasIn(await newStore(), 1);

    const shares = await Promise.all(Array.from({ length: 10 }, () => quotas.takeShared('acme', 'job-1')));
    await quotas.check('acme', 'job-1');
    const [first, ...repeated] = shares;
    await first?.keep();
    await Promise.all(repeated.map(async (share) => share?.giveBack()));

    expect(shares.map((each) => each?.remaining)).toEqual(Array.from({ length: 10 }, () => 0));
    await expect(quotas.take('acme', 'job-2')).rejects.toMatchObject({ quota: { current: 1, limit: 1 } });
    await expect(quotas.takeShared('acme', 'job-3')).rejects.toMatchObject({ code: 'quota_exceeded' });
  });

  test('gives the document of a key back once all requests with it came to nothing', async () => {
    const quotas = quotasIn(await newStore(), 2);

    const first = await quotas.takeShared('acme', 'job-1');
    const second = await quotas.takeShared('acme', 'job-1');

    expect(await first?.giveBack()).toBe(1);
    expect(await second?.giveBack()).toBe(2);
    expect(await second?.giveBack()).toBe(2);
  });

  test('never refuses the repetition of a request that was accepted', async () => {
    const store = await newStore();
    const quotas = quotasIn(store, 0);
    await store.put(jobKeys('acme', 'job-1').request, Buffer.from('{}'), {});

    await quotas.check('acme', 'job-1');

    expect((await quotas.takeShared('acme', 'job-1'))?.remaining).toBe(0);
  });

  test('refuses a new job whose request is stored before its document is counted', async () => {
    const store = await newStore();
    const quotas = quotasIn(store, 0);
    await store.put(jobKeys('acme', 'job-1').request, Buffer.from('{}'), {});

    await expect(quotas.take('acme', 'job-1')).rejects.toMatchObject({ code: 'quota_exceeded' });
  });

  test('counts what may have been started until it is known, and then what was', async () => {
    const started = new Set<string>();
    let isReachable = false;
    const quotas = quotasIn(await newStore(), 9, async (_, id) => {
      if (!isReachable) throw new Error('not reachable');
      return started.has(id);
    });
    for (const id of ['job-1', 'job-2', 'job-3']) await (await quotas.take('acme', id))?.leaveOpen();
    await (await quotas.take('acme', 'batch-1', 4))?.leaveOpen();
    await (await quotas.takeShared('acme', 'job-4'))?.leaveOpen();

    await quotas.check('acme', 'other');
    expect(await left(quotas)).toBe(1);
    isReachable = true;
    started.add('job-1').add('batch-1');
    await quotas.check('acme', 'other');
    expect(await left(quotas)).toBe(1);
    // A start that was given up may still arrive.
    later(30);
    started.add('job-3');
    await quotas.check('acme', 'other');
    expect(await left(quotas)).toBe(1);
    later(61);
    await quotas.check('acme', 'other');
    expect(await left(quotas)).toBe(3);
    await quotas.check('acme', 'other');
    expect(await left(quotas)).toBe(3);
  });

  test('settles what an outage left open before it refuses, be it ever so much', async () => {
    const quotas = quotasIn(await newStore(), 40);
    for (const id of Array.from({ length: 40 }, (_, index) => `job-${index}`)) {
      await (await quotas.take('acme', id))?.leaveOpen();
    }
    later(61);

    expect((await quotas.take('acme', 'batch-1', 40))?.remaining).toBe(0);
  });

  test('counts one document for a key whose first request was not answered, whatever its repetitions do', async () => {
    const quotas = quotasIn(await newStore(), 5, async () => true);
    await (await quotas.takeShared('acme', 'job-1'))?.leaveOpen();

    const repeated = await quotas.takeShared('acme', 'job-1');
    expect(await repeated?.giveBack()).toBe(4);
    const started = await quotas.takeShared('acme', 'job-1');
    await started?.keep();
    const again = await quotas.takeShared('acme', 'job-1');
    expect(await again?.giveBack()).toBe(4);
    await quotas.check('acme', 'other');

    expect(await left(quotas)).toBe(4);
  });

  test('leaves a count alone that a request holds while it is settled', async () => {
    const quotas = quotasIn(await newStore(), 5);
    await (await quotas.takeShared('acme', 'job-1'))?.leaveOpen();
    const repeated = await quotas.takeShared('acme', 'job-1');

    later(61);
    await quotas.check('acme', 'other');
    await repeated?.keep();

    expect(await left(quotas)).toBe(4);
  });
});

function later(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
  onTestFinished(() => void vi.useRealTimers());
}

async function left(quotas: Quotas): Promise<number | undefined> {
  const share = await quotas.take('acme', 'probe');
  await share?.giveBack();
  return share && share.remaining + 1;
}

describe('parseQuotas', () => {
  test('reads tenants and their documents', () => {
    expect(parseQuotas('acme:1000, globex:50,')).toEqual({
      quotas: [
        { tenant: 'acme', documents: 1000 },
        { tenant: 'globex', documents: 50 },
      ],
      problems: [],
    });
    expect(parseQuotas()).toEqual({ quotas: [], problems: [] });
  });

  test.each(['acme', 'acme:', 'acme:-1', 'acme:1.5', ':5', 'acme:5:6', 'acme:5,acme:6'])('refuses %s', (value) => {
    expect(parseQuotas(value).problems).toHaveLength(1);
  });
});
