import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { freeSeaweedFsPorts, startSeaweedFs, type S3Server, type SeaweedFsPorts } from '../support/servers.ts';
import { classify, getJob, post, submit } from '../support/service.ts';
import { finishedDespiteOutages, sample } from './client.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';
import { answerAtOnce, answerWhenReleased, release, modelSettings } from './model.ts';

let folder: string;
let ports: SeaweedFsPorts;
let store: S3Server;
let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;
let api: ApiProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pigeonhole-store-'));
  ports = await freeSeaweedFsPorts();
  store = await startSeaweedFs(folder, ports);
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  const { endpoint, accessKey, secretKey, region } = store.address;
  fleet = await createFleet({
    ...temporalSettings(namespace),
    ...modelSettings(model),
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY: accessKey,
    S3_SECRET_KEY: secretKey,
    S3_REGION: region,
  });
  [api] = await Promise.all([fleet.startApi(), fleet.startWorker()]);
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
  await store.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function readiness() {
  const response = await fetch(`${api.url}/readyz`);
  return { status: response.status, body: await response.json() };
}

test('without the store uploads are told to come back, and jobs wait for it at every step', async () => {
  const finished = await classify(api.url, { file: sample });
  model.answerWith(answerWhenReleased);
  const inMidCall = await submit(api.url, { file: sample });
  await model.waitForRequests(4);

  process.kill(store.pid, 'SIGKILL');
  await store.exited;
  const refused = await post(api.url, { file: sample });
  // Its pages are judged now, but the result cannot be stored.
  release(model);

  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(refused.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(await refused.json()).toMatchObject({ code: 'storage_unavailable', status: 503 });
  await expect
    .poll(readiness)
    .toMatchObject({ status: 503, body: { dependencies: { temporal: 'ok', store: 'unavailable' } } });
  expect(await getJob(api.url, finished.job_id)).toEqual(finished);
  expect((await getJob(api.url, inMidCall)).status).toBe('processing');

  store = await startSeaweedFs(folder, ports);

  await expect.poll(readiness, { timeout: 30_000 }).toMatchObject({ status: 200 });
  expect(await finishedDespiteOutages(api.url, inMidCall)).toMatchObject({ status: 'completed' });
  expect(await classify(api.url, { file: sample })).toMatchObject({ status: 'completed' });
}, 180_000);
