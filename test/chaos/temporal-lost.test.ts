import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchAttributes } from '../../src/domain/search-attributes.ts';
import { startDevServer, type DevServer, type DevServerOptions } from '../../src/temporal/dev-server.ts';
import { ensureTool } from '../../tools/ensure-tool.ts';
import { freePort } from '../support/free-ports.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { classify, submit } from '../support/service.ts';
import { finishedDespiteOutages, sample } from './client.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';
import { answerAtOnce, answerWhenReleased, release, modelSettings } from './model.ts';

let folder: string;
let options: DevServerOptions;
let temporal: DevServer;
let model: OpenAiStandIn;
let fleet: Fleet;
let api: ApiProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pigeonhole-temporal-'));
  options = {
    executable: await ensureTool('temporal'),
    port: await freePort(),
    databaseFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    searchAttributes,
  };
  temporal = await startDevServer(options);
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({ TEMPORAL_ADDRESS: temporal.address, ...modelSettings(model) });
  [api] = await Promise.all([fleet.startApi(), fleet.startWorker()]);
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await temporal.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Longer than any deadline of ours, and as long as common clients wait. */
const boundMs = 15_000;

async function request(path: string, init: RequestInit = {}) {
  const response = await fetch(`${api.url}${path}`, { ...init, signal: AbortSignal.timeout(boundMs) });
  const { status, headers } = response;
  const body: unknown = await response.json();
  return { status, retryAfter: headers.get('retry-after'), type: headers.get('content-type'), body };
}

function form(): FormData {
  const fields = new FormData();
  fields.set('categories', '["invoice"]');
  fields.set('pdf_file', sample, 'sample.pdf');
  return fields;
}

test('without Temporal every request is told to come back, and all works again when it is there', async () => {
  const finished = await classify(api.url, { file: sample });
  model.answerWith(answerWhenReleased);
  const running = await submit(api.url, { file: sample });
  await model.waitForRequests(4);

  process.kill(temporal.pid, 'SIGKILL');
  await temporal.exited;

  const [submitted, read, live, ready, readAgain] = await Promise.all([
    request('/classify', { method: 'POST', body: form() }),
    request(`/classify/${running}`),
    request('/livez'),
    request('/readyz'),
    request(`/classify/${finished.job_id}`),
  ]);
  for (const answer of [submitted, read]) {
    expect(answer).toMatchObject({
      status: 503,
      retryAfter: '5',
      type: 'application/problem+json; charset=utf-8',
      body: { code: 'temporal_unavailable', status: 503 },
    });
  }
  expect(live).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(ready).toMatchObject({
    status: 503,
    retryAfter: '5',
    body: { status: 'unavailable', dependencies: { temporal: 'unavailable', store: 'ok' } },
  });
  // A finished job that was read before cannot change, whoever is away.
  expect(readAgain).toMatchObject({ status: 200, body: finished });

  release(model);
  temporal = await startDevServer(options);

  await expect.poll(async () => (await request('/readyz')).status, { timeout: 30_000 }).toBe(200);
  expect(await finishedDespiteOutages(api.url, running)).toMatchObject({ status: 'completed' });
  expect(await classify(api.url, { file: sample })).toMatchObject({ status: 'completed' });
}, 180_000);
