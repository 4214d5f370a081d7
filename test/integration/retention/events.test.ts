import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { taskQueues } from '../../../src/domain/contract.ts';
import type { Retention } from '../../../src/domain/retention.ts';
import type { deleteExpiredJobs } from '../../../workflows/index.ts';
import { deliveriesOf, loggedDelivery, redeliver } from '../../support/event-deliveries.ts';
import { startEventService, type EventService } from '../../support/event-service.ts';

const config = {
  classifications: [
    { id: 'invoice', type: 'invoice', description: 'a bill' },
    { id: 'other', type: 'other', description: 'anything else' },
  ],
};
let started: EventService;

beforeAll(async () => {
  started = await startEventService();
});
afterAll(() => started[Symbol.asyncDispose]());

async function sweep(retention: Retention): Promise<void> {
  await started.service.namespace.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
    workflowId: `sweep-${randomUUID()}`,
    taskQueue: taskQueues.workflow,
    args: [retention],
  });
}

async function storedEvents(): Promise<readonly string[]> {
  const files = await readdir(started.service.directory, { recursive: true });
  return files.filter((name) => name.includes('webhook-events') && name.endsWith('.json'));
}

test('the log of what an endpoint was sent goes when its time is over, and the endpoint stays', async () => {
  const { service, acme } = started;
  const endpoint = await started.register('/kept', { enabledEvents: ['classifier.created'] });
  await acme.classifiers.create({ name: 'Mail' });
  await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'delivered');

  await sweep({ uploadDays: 1e-8 });
  await sweep({ jobDays: 1 });
  expect((await deliveriesOf(service.url, endpoint.id)).data).toHaveLength(1);
  expect(await storedEvents()).toHaveLength(1);

  await sweep({ jobDays: 1e-8 });
  expect((await deliveriesOf(service.url, endpoint.id)).data).toEqual([]);
  expect(await storedEvents()).toEqual([]);
  expect(await acme.webhookEndpoints.retrieve(endpoint.id)).toMatchObject({ id: endpoint.id, status: 'enabled' });
});

test('the sweep keeps what an endpoint has not heard of yet, and the log that says so', async () => {
  const { service, acme, receiver } = started;
  await started.forgetEndpoints();
  const endpoint = await started.register('/late', {
    enabledEvents: ['classifier.created', 'classify_run.processed', 'batch_processor_run.processed'],
  });
  // Two attempts at each of four events, which follow soon; the third comes minutes later.
  receiver.enqueue(...Array.from({ length: 8 }, () => ({ status: 503 })));
  const { id } = await acme.classifiers.create({ name: 'Mail', config });
  const run = await acme.classify({ file: { text: 'INVOICE' }, config });
  const batch = await acme.classifyRuns.createBatch({
    classifier: { id },
    inputs: [{ file: { text: 'INVOICE of a batch' } }],
  });
  // The classifier, the run, the run of the batch and the batch itself.
  const pending = async () => (await deliveriesOf(service.url, endpoint.id)).data;
  await expect
    .poll(async () => (await pending()).map(({ attempts }) => attempts.length), { timeout: 30_000 })
    .toEqual([2, 2, 2, 2]);

  await sweep({ jobDays: 1e-8 });

  expect((await acme.classifyRuns.retrieve(run.id)).status).toBe('PROCESSED');
  const left = await pending();
  expect(left.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending', 'pending']);
  for (const { eventId } of left) expect((await redeliver(service.url, endpoint.id, eventId)).status).toBe(200);
  await expect
    .poll(async () => (await pending()).map(({ status }) => status), { timeout: 30_000 })
    .toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
  const events = (await endpoint.events(12)).slice(8).map(({ event }) => event.payload);
  expect(events).toEqual(
    expect.arrayContaining([id, run.id, batch.id].map((each) => expect.objectContaining({ id: each }))),
  );
  await sweep({ jobDays: 1e-8 });
  expect(await pending()).toEqual([]);
  expect(await storedEvents()).toEqual([]);
});
