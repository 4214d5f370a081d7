import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StartJobRequest } from '../../../src/jobs/job-service.ts';
import { jobIdOfKey } from '../../../src/jobs/idempotency.ts';
import { startRun } from '../../../src/jobs/start-run.ts';
import { claimJob } from '../../../src/records/jobs/job-request.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import { describeExecution } from '../../../src/temporal/executions.ts';
import type { Hook } from '../../support/hooked-store.ts';
import { jobsBeside, keyedRequest, uploadsOf } from '../../support/keyed-jobs.ts';
import { finishedJob, startService, type TestService } from '../../support/service.ts';
import { serviceStores } from '../../support/store-kinds.ts';

const acme = { 'api-key': 'acme-key' };

describe.each(serviceStores())('an Idempotency-Key whose deleted job was started once more, in %s', (_, settings) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ ...settings, API_KEYS: 'acme:acme-key' });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const jobsWith = (...hooks: readonly Hook[]) => jobsBeside(service, ...hooks);
  const idOf = (key: string) => jobIdOfKey('acme', key);
  const requestOf = (jobId: string, uploadId: string) => keyedRequest(service, jobId, uploadId);
  const latestRun = (jobId: string) => describeExecution(service.namespace.client, jobId);

  /** The run of a deleted job, as whoever had found that job starts it; its document is gone. */
  async function startBehind(jobId: string, end: 'runs' | 'has ended'): Promise<void> {
    const { client } = service.namespace;
    const request = await requestOf(jobId, 'gone');
    await discard(jobId, 'gone');
    // A document of which nothing is known yet is looked at by an activity.
    const { source, ...rest } = request;
    const unknown: StartJobRequest = { ...rest, source: 'document' in source ? { key: source.document.key } : source };
    await startRun({ client, store: service.store, patienceSeconds: 60 }, unknown, { claim: 'of a deleted job' });
    if (end === 'has ended')
      await client.workflow
        .getHandle(jobId)
        .result()
        .catch(() => undefined);
  }

  async function expectWhole(jobId: string, upload: string): Promise<void> {
    await expect(service.namespace.client.workflow.getHandle(jobId).result()).resolves.toMatchObject({
      classification: 'invoice',
    });
    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
    expect(await uploadsOf(service, jobId)).toEqual([expect.stringMatching(new RegExp(`source-${upload}$`))]);
  }

  test.each(['runs', 'has ended'] as const)('is a new job, whole, where that run %s', async (end) => {
    const jobId = idOf(`new ${end}`);
    const act = () => startBehind(jobId, end);
    const jobs = jobsWith({ step: 'put', when: 'before', key: /request\.json$/, act });

    const started = await jobs.start(await requestOf(jobId, 'new'));

    expect(started).toEqual({ isRepeated: false, isStarted: true });
    await expectWhole(jobId, 'new');
  });

  test.each(['runs', 'has ended'] as const)(
    'is a new job, whole, where that run %s and whoever took the key was killed',
    async (end) => {
      const jobId = idOf(`killed ${end}`);
      await startBehind(jobId, end);
      const act = async () => {
        throw new Error('killed');
      };
      const killed = jobsWith({ step: 'put', when: 'before', key: /deleted-jobs/, act });
      await expect(killed.start(await requestOf(jobId, 'first'))).rejects.toThrow('killed');

      const started = await jobsWith().start(await requestOf(jobId, 'again'));

      expect(started).toEqual({ isRepeated: true, isStarted: true });
      await discard(jobId, 'again');
      await expectWhole(jobId, 'first');
    },
  );

  test('is one run, also where somebody else has started and finished it meanwhile', async () => {
    const jobId = idOf('meanwhile');
    await startBehind(jobId, 'has ended');
    let finished: string | undefined;
    const act = async () => {
      await jobsWith().start(await requestOf(jobId, 'again'));
      await finishedJob(service.url, jobId, acme);
      finished = (await latestRun(jobId))?.runId;
    };
    const slow = jobsWith({ step: 'put', when: 'after', key: /deleted-jobs/, act });

    await slow.start(await requestOf(jobId, 'first'));

    expect((await latestRun(jobId))?.runId).toBe(finished);
    await discard(jobId, 'again');
    await expectWhole(jobId, 'first');
  });

  test('stays what it is when whoever was to start a deleted job comes late', async () => {
    const jobId = idOf('late');
    await startBehind(jobId, 'has ended');
    const act = async () => {
      const jobs = jobsWith();
      await jobs.start(await requestOf(jobId, 'again'));
      await finishedJob(service.url, jobId, acme);
      await jobs.delete('acme', jobId);
      await jobs.start(await requestOf(jobId, 'new'));
      await finishedJob(service.url, jobId, acme);
    };
    const late = jobsWith({ step: 'put', when: 'after', key: /deleted-jobs/, act });

    await late.start(await requestOf(jobId, 'late'));

    // As a process reads it that remembers nothing.
    expect(await jobsWith().readWithoutProgress('acme', jobId)).toMatchObject({ status: 'completed' });
    expect(await uploadsOf(service, jobId)).toContainEqual(expect.stringMatching(/source-new$/));
  });

  test('is not deleted with that run while its own is about to start', async () => {
    const jobId = idOf('deleted');
    await startBehind(jobId, 'has ended');
    await claimJob(service.store, 'acme', jobId, { fingerprint: 'of the next request' });

    const answer = await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE', headers: acme });

    expect(answer.status).toBe(404);
    expect(await claimJob(service.store, 'acme', jobId, {})).toMatchObject({
      isNew: false,
      request: { fingerprint: 'of the next request' },
    });
  });

  test('is a new job, whole, when that run is started while its own is about to', async () => {
    const jobId = idOf('crossed');
    const act = async () => {
      throw new Error('killed');
    };
    const killed = jobsWith({ step: 'put', when: 'after', key: /request\.json$/, act });
    await expect(killed.start(await requestOf(jobId, 'first'))).rejects.toThrow('killed');
    const claimed = Promise.withResolvers<void>();
    let fresh: Promise<unknown> | undefined;
    const startFresh = async () => {
      await leaveDeletion(jobId);
      const untilStarted = async () => {
        claimed.resolve();
        await expect.poll(() => latestRun(jobId)).toBeDefined();
      };
      const jobs = jobsWith({ step: 'put', when: 'after', key: /request\.json$/, after: 1, act: untilStarted });
      fresh = jobs.start(await requestOf(jobId, 'new'));
      await claimed.promise;
    };
    const late = jobsWith({ step: 'get', when: 'before', key: /result\.json$/, act: startFresh });

    await late.start(await requestOf(jobId, 'late'));

    expect(await fresh).toEqual({ isRepeated: false, isStarted: true });
    await discard(jobId, 'late');
    await expectWhole(jobId, 'new');
  });

  /** Of a process that was killed. */
  async function leaveDeletion(jobId: string): Promise<void> {
    const { request } = jobKeys('acme', jobId);
    const stored: unknown = JSON.parse(Buffer.from((await service.store.get(request))?.bytes ?? []).toString());
    const deletion = { id: 'x', at: new Date(Date.now() - 60_000).toISOString() };
    await service.store.put(request, Buffer.from(JSON.stringify(Object.assign({}, stored, { deletion }))));
  }

  /** As the API does with the document of a request that was repeated. */
  async function discard(jobId: string, uploadId: string): Promise<void> {
    await service.store.delete(jobKeys('acme', jobId).sourceOf(uploadId));
  }
});
