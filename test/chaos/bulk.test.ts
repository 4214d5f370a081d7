import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { operationSchema } from '../../src/http/operations/operation-schemas.ts';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { extendClient } from '../support/extend-client.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { answerAtOnce, modelSettings } from './model.ts';

let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;

beforeAll(async () => {
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({ ...temporalSettings(namespace), ...modelSettings(model), BATCH_CONCURRENCY: '8' });
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

const jobCount = 40;
const classifications = [
  { id: 'invoice', type: 'invoice', description: '' },
  { id: 'other', type: 'other', description: '' },
];
const listSchema = z.looseObject({ data: z.array(z.looseObject({ job_id: z.string(), status: z.string() })) });

async function get(url: string): Promise<unknown> {
  // A process that starts answers 503 until all is there.
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return response.json();
    await delay(200);
  }
}

describe('a bulk rerun whose worker is killed again and again', () => {
  test('runs each job again, and none of them twice', async () => {
    const api = await fleet.startApi();
    let worker = await fleet.startWorker();
    const client = extendClient(api.url, 'no-key');
    const { id: classifierId } = await client.classifiers.create({ name: 'Mail', config: { classifications } });
    const inputs = Array.from({ length: jobCount }, (_, index) => ({ file: { text: `Bill number ${index}` } }));
    const batch = await client.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs });
    await expect
      .poll(async () => (await client.batchRuns.get(batch.id)).status, { timeout: 120_000 })
      .toBe('PROCESSED');
    const judged = model.requests.length;

    const response = await fetch(`${api.url}/reruns`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ filter: { batch_id: batch.id } }),
    });
    const { id, matched } = operationSchema.parse(await response.json());
    for (const share of [0.1, 0.4, 0.7]) {
      await expect.poll(() => model.requests.length, { timeout: 60_000 }).toBeGreaterThan(judged + jobCount * share);
      await worker.end('SIGKILL');
      worker = await fleet.startWorker();
    }

    const read = async () => operationSchema.parse(await get(`${api.url}/reruns/${id}`));
    await expect.poll(async () => (await read()).jobs?.completed, { timeout: 120_000 }).toBe(jobCount);
    await expect.poll(async () => (await read()).status, { timeout: 60_000 }).toBe('completed');
    expect(matched).toBe(jobCount);
    expect((await read()).counts).toEqual({ done: jobCount, skipped: 0, failed: 0 });
    const runs = await client.classifyRuns.list({ batchId: batch.id, maxPageSize: 100 });
    for (const run of runs.data) {
      const { data } = listSchema.parse(await get(`${api.url}/classify?rerun_of=${run.id.slice('clr_'.length)}`));
      expect(data.map(({ status }) => status)).toEqual(['completed']);
    }
    await worker.end('SIGTERM');
  }, 300_000);
});
