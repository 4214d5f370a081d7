import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { finishedJob, submit } from '../support/service.ts';
import { allFinished, sample, submitMany } from './client.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { answerAtOnce, modelSettings } from './model.ts';

let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;

beforeAll(async () => {
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({ ...temporalSettings(namespace), ...modelSettings(model) });
  await fleet.startWorker();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

test('an accepted job has its answer although the API was killed right after 202', async () => {
  const killed = await fleet.startApi();
  const jobIds = await submitMany(killed.url, 5);

  await killed.end('SIGKILL');

  // Who reads now gets no answer at all, rather than a wrong one.
  await expect(fetch(`${killed.url}/classify/${jobIds[0]}`)).rejects.toThrow('fetch failed');
  const api = await fleet.startApi();
  for (const job of await allFinished(api.url, jobIds)) {
    expect(job).toMatchObject({ status: 'completed', result: { classification: 'invoice', processed_pages: 2 } });
  }
  await api.end('SIGTERM');
});

test('an API that is asked to stop ends cleanly, and the job goes on', async () => {
  const stopped = await fleet.startApi();
  const jobId = await submit(stopped.url, { file: sample });

  await stopped.end('SIGTERM');

  expect(await stopped.exited).toEqual({ code: 0, signal: null });
  const api = await fleet.startApi();
  expect((await finishedJob(api.url, jobId)).status).toBe('completed');
});
