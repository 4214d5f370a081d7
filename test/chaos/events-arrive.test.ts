import { ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerEndpoint } from '../support/event-receiver.ts';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { createFleet, type Fleet } from './fleet.ts';

let namespace: TestNamespace;
let receiver: WebhookReceiver;
let fleet: Fleet;

beforeAll(async () => {
  namespace = await createNamespace();
  receiver = await startWebhookReceiver();
  fleet = await createFleet({ ...temporalSettings(namespace), ALLOWED_NETWORKS: '127.0.0.1', LOG_LEVEL: 'debug' });
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

test('an event outlives the API that told it and the worker that was delivering it, and no log holds the secret', async () => {
  const api = await fleet.startApi();
  const client = new ExtendClient({ token: 'none', baseUrl: api.url });
  const path = '/events?token=s3cret';
  const endpoint = await registerEndpoint(client, receiver, path, { enabledEvents: ['classifier.created'] });
  const created = await client.classifiers.create({ name: 'Mail' });
  await api.end('SIGKILL');

  receiver.enqueue(null);
  const first = await fleet.startWorker();
  await expect.poll(() => receiver.received.length, { timeout: 30_000 }).toBe(1);
  await first.end('SIGKILL');
  const second = await fleet.startWorker();

  const [before, after] = await endpoint.events(2);
  expect(after?.event).toEqual(before?.event);
  expect(after?.event).toMatchObject({ eventType: 'classifier.created', payload: { id: created.id } });
  const logs = [api, first, second].map(({ output }) => output()).join('\n');
  expect(logs).toContain('worker started');
  for (const secret of ['s3cret', endpoint.signingSecret]) expect(logs).not.toContain(secret);
});
