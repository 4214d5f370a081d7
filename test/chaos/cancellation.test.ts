import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { finishedJob, getJob, jobSchema, submit } from '../support/service.ts';
import { sample } from './client.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';
import { answerAtOnce, modelSettings, questionsAbout } from './model.ts';

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

async function cancel(jobId: string) {
  const response = await fetch(`${api.url}/classify/${jobId}/cancel`, { method: 'POST' });
  return { status: response.status, job: jobSchema.parse(await response.json()) };
}

const cancelledJob = { status: 'failed', progress: 'Classification failed', error: 'Classification was cancelled' };

test('a job is cancelled before any worker has seen it', async () => {
  const jobId = await submit(api.url, { file: sample });

  expect((await cancel(jobId)).status).toBe(202);

  await fleet.startWorker();
  expect(await finishedJob(api.url, jobId)).toMatchObject(cancelledJob);
});

test('a job is cancelled in the middle of its model calls, whose connections are closed', async () => {
  const mark = randomUUID();
  model.answerWith(() => ({ kind: 'never' }));
  const jobId = await submit(api.url, { file: sample, fields: { instructions: mark } });
  const asked = () => [1, 2].flatMap((page) => questionsAbout(model, mark, page));
  await expect.poll(() => asked().length, { timeout: 30_000 }).toBe(2);

  const { status, job } = await cancel(jobId);

  expect(status).toBe(202);
  expect(job).toMatchObject({ job_id: jobId, status: 'processing' });
  expect(await finishedJob(api.url, jobId, {}, 15_000)).toMatchObject(cancelledJob);
  expect(await Promise.all(asked().map(({ outcome }) => outcome))).toEqual(['aborted by client', 'aborted by client']);
});

test('a job that is finished stays as it is', async () => {
  model.answerWith(answerAtOnce);
  const jobId = await submit(api.url, { file: sample });
  const finished = await finishedJob(api.url, jobId);

  expect(await cancel(jobId)).toEqual({ status: 200, job: finished });

  expect(await getJob(api.url, jobId)).toEqual(finished);
});
