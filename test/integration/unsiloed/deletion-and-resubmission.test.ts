import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobIdOfKey } from '../../../src/jobs/idempotency.ts';
import { deletionLeaseMs } from '../../../src/records/jobs/job-deletion.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import { sampleInvoice } from '../../support/documents.ts';
import type { Hook } from '../../support/hooked-store.ts';
import { jobsBeside, keyedRequest, uploadsOf } from '../../support/keyed-jobs.ts';
import { finishedJob, startService, submit, type TestService } from '../../support/service.ts';
import { serviceStores } from '../../support/store-kinds.ts';

const acme = { 'api-key': 'acme-key' };

describe.each(serviceStores())('an Idempotency-Key that comes again while its job is deleted, in %s', (_, settings) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ ...settings, API_KEYS: 'acme:acme-key' });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const send = (key: string) =>
    submit(service.url, { file: sampleInvoice, headers: { ...acme, 'Idempotency-Key': key } });

  async function finishedBefore(key: string): Promise<string> {
    const jobId = await send(key);
    await finishedJob(service.url, jobId, acme);
    return jobId;
  }

  const jobsWith = (...hooks: readonly Hook[]) => jobsBeside(service, ...hooks);
  const uploads = async (jobId: string) => (await uploadsOf(service, jobId)).length;
  const requestOf = (jobId: string, uploadId: string) => keyedRequest(service, jobId, uploadId);

  test.each([
    ['its mark is set', 'after', 'put', /request\.json$/],
    ['its tombstone is set', 'after', 'put', /deleted-jobs/],
    ['its pages go', 'before', 'deletePrefix', /pages\/$/],
    ['its document goes', 'before', 'delete', /source-/],
    ['its result goes', 'after', 'delete', /result\.json$/],
    ['its request goes', 'before', 'delete', /request\.json$/],
  ] as const)('is a new job, whole, when it comes while %s', async (what, when, step, key) => {
    const jobId = await finishedBefore(what);
    let sent: Promise<string> | undefined;
    const jobs = jobsWith({
      step,
      when,
      key,
      act: async () => {
        const before = await uploads(jobId);
        sent = send(what);
        await expect.poll(() => uploads(jobId), { timeout: 20_000 }).toBe(before + 1);
      },
    });

    await jobs.delete('acme', jobId);

    expect(await sent).toBe(jobId);
    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
    expect(await uploads(jobId)).toBe(1);
  });

  test.each([
    ['was found to be there', 0],
    ['was found to have its run', 1],
  ])('is a new job, whole, when the earlier one is deleted after it %s', async (what, after) => {
    const jobs = jobsWith();
    const jobId = jobIdOfKey('acme', `sent again, ${what}`);
    await jobs.start(await requestOf(jobId, 'first'));
    await finishedJob(service.url, jobId, acme);
    const act = () => jobs.delete('acme', jobId);
    const when = after === 0 ? 'after' : 'before';
    const racing = jobsWith({ step: 'get', when, key: /request\.json$/, after, act });

    await racing.start(await requestOf(jobId, 'again'));

    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
    expect(await uploads(jobId)).toBe(1);
  });

  test.each([
    ['has found the job', true],
    ['finds what it left', false],
  ])(
    'is a new job, whole, when it waited for one deletion and a second one, which %s, is quicker',
    async (what, isKnown) => {
      const jobId = await finishedBefore(`waited, ${what}`);
      const found = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const waitForGate = async () => {
        found.resolve();
        await gate.promise;
      };
      const second = jobsWith({ step: 'get', when: 'before', key: /request\.json$/, act: waitForGate });
      const deleteIt = () => second.delete('acme', jobId).catch(() => undefined);
      const underWay = isKnown ? deleteIt() : undefined;
      if (isKnown) await found.promise;
      await jobsWith().delete('acme', jobId);
      // The document is in the store, and its request is about to take the id.
      const act = async () => {
        gate.resolve();
        await (underWay ?? deleteIt());
      };
      const waiting = jobsWith({ step: 'put', when: 'before', key: /request\.json$/, act });

      await waiting.start(await requestOf(jobId, 'waited'));

      expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
      expect(await uploads(jobId)).toBe(1);
    },
  );

  test.each([
    ['has begun', 'after', 'put', /request\.json$/],
    ['lists what is left', 'before', 'list', /jobs/],
    ['is about to end', 'before', 'delete', /request\.json$/],
  ] as const)('is a new job, whole, when it comes as a second deletion %s', async (what, when, step, key) => {
    const jobId = await finishedBefore(`second, ${what}`);
    let sent: Promise<string> | undefined;
    const deleteFirst = () => jobsWith().delete('acme', jobId);
    const second = jobsWith(
      { step: 'get', when: 'before', key: /request\.json$/, act: deleteFirst },
      {
        step,
        when,
        key,
        act: async () => {
          sent = send(`second, ${what}`);
          await expect.poll(() => uploads(jobId), { timeout: 20_000 }).toBe(1);
        },
      },
    );

    await second.delete('acme', jobId);

    expect(await sent).toBe(jobId);
    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
    expect(await uploads(jobId)).toBe(1);
  });

  test('is a new job for every API process, whatever it remembers of the earlier one', async () => {
    const jobId = await finishedBefore('remembered');
    const other = jobsWith();
    const remembered = await other.readWithoutProgress('acme', jobId);
    expect(remembered.status).toBe('completed');

    await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE', headers: acme });
    await expect(other.readWithoutProgress('acme', jobId)).rejects.toThrow('Job not found');
    await send('remembered');

    expect((await other.readWithoutProgress('acme', jobId)).createdAt).not.toBe(remembered.createdAt);
    await finishedJob(service.url, jobId, acme);
  });

  /** Whoever deletes the job is killed in the middle of it, so long ago that its lease lapses in a second. */
  function killed(jobId: string, key: RegExp): Hook {
    const act = async () => {
      const { request } = jobKeys('acme', jobId);
      const stored = JSON.parse(Buffer.from((await service.store.get(request))?.bytes ?? []).toString());
      const at = new Date(Date.now() - deletionLeaseMs + 1000).toISOString();
      await service.store.put(request, Buffer.from(JSON.stringify({ ...stored, deletion: { id: 'x', at } })));
      throw new Error('killed');
    };
    return { step: 'deletePrefix', when: 'before', key, act };
  }

  test('is a new job also when whoever deleted the earlier one was killed', async () => {
    const jobId = await finishedBefore('killed');
    const jobs = jobsWith(killed(jobId, /pages\/$/));
    await expect(jobs.delete('acme', jobId)).rejects.toThrow('killed');

    await send('killed');

    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
  });

  test('is deleted once by two who delete it at the same time', async () => {
    const jobId = await finishedBefore('twice');
    const other = jobsWith();
    let second: Promise<void> | undefined;
    const jobs = jobsWith({
      step: 'deletePrefix',
      when: 'before',
      key: /pages\/$/,
      act: async () => {
        second = other.delete('acme', jobId).catch(() => undefined);
      },
    });

    await jobs.delete('acme', jobId);
    await second;
    await send('twice');

    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
  });

  test('is free, and nothing is left of its job, when an interrupted deletion is asked for again', async () => {
    const jobId = await submit(service.url, { file: sampleInvoice, headers: acme });
    await finishedJob(service.url, jobId, acme);
    const jobs = jobsWith(killed(jobId, /jobs/));
    await expect(jobs.delete('acme', jobId)).rejects.toThrow('killed');

    const again = await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE', headers: acme });

    expect(again.status).toBe(200);
    expect(await Array.fromAsync(service.store.list(jobKeys('acme', jobId).prefix))).toEqual([]);
  });
});
