import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { finishedJob, getJob, submit } from '../support/service.ts';
import { sample } from './client.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';
import { answerAtOnce, answerWhenReleased, isAbout, release, modelSettings, questionsAbout } from './model.ts';

let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;
let api: ApiProcess;

beforeAll(async () => {
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({ ...temporalSettings(namespace), ...modelSettings(model) });
  api = await fleet.startApi();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

describe('a job without a worker', () => {
  test('reads queued, also to a second look, and completes once a worker starts', async () => {
    const jobId = await submit(api.url, { file: sample });

    const queued = {
      job_id: jobId,
      status: 'queued',
      progress: 'Starting classification...',
      error: null,
      result: null,
    };
    expect(await getJob(api.url, jobId)).toEqual(queued);
    expect(await getJob(api.url, jobId)).toEqual(queued);
    const worker = await fleet.startWorker();
    expect(await finishedJob(api.url, jobId)).toMatchObject({
      status: 'completed',
      result: { classification: 'invoice', processed_pages: 2 },
    });
    await worker.end('SIGTERM');
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });
});

describe('a job whose worker is killed in mid call', () => {
  test('completes on another worker, which asks about no page that was judged before', async () => {
    const mark = randomUUID();
    model.answerWith((question) => (isAbout(question, mark, 2) ? answerWhenReleased() : answerAtOnce()));
    const worker = await fleet.startWorker();
    const jobId = await submit(api.url, { file: sample, fields: { instructions: mark } });
    await expect
      .poll(async () => (await getJob(api.url, jobId)).progress, { timeout: 30_000 })
      .toBe('Processing page 2 of 2');
    await expect.poll(() => questionsAbout(model, mark, 2).length, { timeout: 30_000 }).toBe(1);

    await worker.end('SIGKILL');
    release(model);
    await fleet.startWorker();

    const job = await finishedJob(api.url, jobId);
    expect(job.result?.page_results).toMatchObject([
      { page: 1, success: true },
      { page: 2, success: true },
    ]);
    expect(questionsAbout(model, mark, 1)).toHaveLength(1);
    expect(questionsAbout(model, mark, 2)).toHaveLength(2);
  });
});
