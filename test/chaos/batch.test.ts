import { setTimeout as delay } from 'node:timers/promises';
import { ExtendError, type Extend, type ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobIdOfBatch } from '../../src/domain/batch.ts';
import { extendClient } from '../support/extend-client.ts';
import { freePort } from '../support/free-ports.ts';
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

/** Its pages wait for a worker who reads them. */
async function untilItStandsInLine(jobId: string): Promise<void> {
  const handle = namespace.client.workflow.getHandle(jobId);
  const pending = async () => (await handle.describe().catch(() => undefined))?.raw.pendingActivities ?? [];
  await expect.poll(pending, { timeout: 60_000 }).toHaveLength(1);
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
    await worker.end('SIGTERM');
  }, 240_000);
});

describe('a run that somebody waits for', () => {
  test('overtakes the runs of a batch that came before it', async () => {
    const batchSize = 20;
    const api = await fleet.startApi({ PORT: String(await freePort()), BATCH_CONCURRENCY: String(batchSize) });
    const client = extendClient(api.url, 'no-key');
    const { id: classifierId } = await client.classifiers.create({ name: 'Mail', config: { classifications } });
    const inputs = Array.from({ length: batchSize }, (_, index) => ({ file: { text: `Bill number ${index}` } }));
    // Nobody reads documents yet, so that the runs of the batch stand in line before the other one comes.
    const workflows = await fleet.startWorker({ QUEUES: 'workflow' });
    const { id } = await client.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs });
    for (const index of inputs.keys()) await untilItStandsInLine(jobIdOfBatch(id, index));
    const single = await client.classifyRuns.create({ config: { classifications }, file: { text: 'A letter' } });
    await untilItStandsInLine(single.id.slice('clr_'.length));

    const readers = await fleet.startWorker({ QUEUES: 'render,model' });
    expect((await finished(client, id)).status).toBe('PROCESSED');

    const { data } = await client.classifyRuns.list({ batchId: id, maxPageSize: 100 });
    const { updatedAt } = await client.classifyRuns.retrieve(single.id);
    // One or two may have been taken in the moment before the queue was in order.
    expect(data.filter((run) => run.updatedAt < updatedAt).length).toBeLessThan(batchSize / 4);
    await Promise.all([workflows.end('SIGTERM'), readers.end('SIGTERM')]);
  }, 240_000);
});
