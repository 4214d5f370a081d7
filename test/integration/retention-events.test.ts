import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { taskQueues } from '../../src/domain/contract.ts';
import type { Retention } from '../../src/domain/retention.ts';
import type { deleteExpiredJobs } from '../../workflows/index.ts';
import { deliveriesOf, loggedDelivery } from '../support/event-deliveries.ts';
import { startEventService, type EventService } from '../support/event-service.ts';

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
