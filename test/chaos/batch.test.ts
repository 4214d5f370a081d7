import { setTimeout as delay } from 'node:timers/promises';
import { ExtendError, type Extend, type ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient } from '../support/extend-client.ts';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { answerAtOnce, modelSettings } from './model.ts';

let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;

beforeAll(async () => {
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({ ...temporalSettings(namespace), ...modelSettings(model), BATCH_CONCURRENCY: '4' });
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

const runCount = 60;
const classifications = [
  { id: 'invoice', type: 'invoice', description: '' },
  { id: 'other', type: 'other', description: '' },
];

/** Asks as a client does that obeys the contract: no connection, and an answer of 503, mean "later". */
async function finished(client: ExtendClient, batchId: string): Promise<Extend.BatchRun> {
  for (;;) {
    const batch = await client.batchRuns.get(batchId).catch((error: unknown) => {
      const { statusCode } = error instanceof ExtendError ? error : { statusCode: 0 };
      if (statusCode !== undefined && statusCode !== 503) throw error;
    });
    if (batch && batch.status !== 'PENDING' && batch.status !== 'PROCESSING') return batch;
    await delay(100);
  }
}

describe('a batch whose workers and API are killed again and again', () => {
  test('runs every one of its documents, and none of them twice', async () => {
    let worker = await fleet.startWorker();
    const api = await fleet.startApi();
    const client = extendClient(api.url, 'no-key');
    const { id: classifierId } = await client.classifiers.create({ name: 'Mail', config: { classifications } });
    const { id } = await client.classifyRuns.createBatch({
      classifier: { id: classifierId },
      inputs: Array.from({ length: runCount }, (_, index) => ({ file: { text: `Bill number ${index}` } })),
    });
    await api.end('SIGKILL');

    for (const asked of [8, 24, 40]) {
      await expect.poll(() => model.requests.length, { timeout: 60_000 }).toBeGreaterThan(asked);
      await worker.end('SIGKILL');
      worker = await fleet.startWorker();
    }
    await fleet.startApi();

    expect(await finished(client, id)).toMatchObject({ status: 'PROCESSED', runCount });
    const runs = await client.classifyRuns.list({ batchId: id, maxPageSize: 100 });
    expect(new Set(runs.data.map((run) => run.id)).size).toBe(runCount);
    expect(runs.data.every(({ status }) => status === 'PROCESSED')).toBe(true);
    const { data: files } = await client.files.list({ maxPageSize: 100 });
    expect(files).toHaveLength(runCount);
  }, 240_000);
});
