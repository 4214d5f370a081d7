import { readdir } from 'node:fs/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Extend } from 'extend-ai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deliveryWorkflowId } from '../../../src/domain/webhook-event.ts';
import { loggedDelivery, redeliver } from '../../support/event-deliveries.ts';
import { startEventService, type EventService } from '../../support/event-service.ts';

let started: EventService;
let service: EventService['service'];
let receiver: EventService['receiver'];
let acme: EventService['acme'];
let globex: EventService['globex'];

beforeAll(async () => {
  started = await startEventService();
  ({ service, receiver, acme, globex } = started);
});
afterEach(() => started.forgetEndpoints());
afterAll(() => started[Symbol.asyncDispose]());

function register(path: string, request: Partial<Extend.WebhookEndpointsCreateRequest> = {}, client = acme) {
  return started.register(path, { enabledEvents: ['classifier.created'], ...request }, client);
}

function createClassifier(client = acme) {
  return client.classifiers.create({ name: 'Mail' });
}

const other = { id: 'other', type: 'other', description: 'Any other document' };

describe('an event', () => {
  test('tells what was done to a classifier, signed so that the client verifies it', async () => {
    const endpoint = await register('/changes', {
      enabledEvents: [
        'classifier.created',
        'classifier.updated',
        'classifier.draft.updated',
        'classifier.version.published',
      ],
    });
    const created = await createClassifier();
    const renamed = await acme.classifiers.update(created.id, { name: 'Post' });
    const changed = await acme.classifiers.update(created.id, { name: 'Both', config: { classifications: [other] } });
    const version = await acme.classifierVersions.create(created.id, { releaseType: 'minor' });

    const received = (await endpoint.events(5)).map(({ event }) => event);
    expect(received).toHaveLength(5);
    for (const [eventType, payload] of [
      ['classifier.created', created],
      ['classifier.updated', renamed],
      ['classifier.updated', changed],
      ['classifier.draft.updated', changed],
      ['classifier.version.published', version],
    ]) {
      expect(received).toContainEqual({ eventId: expect.stringMatching(/^event_\w+$/), eventType, payload });
    }
    expect(new Set(received.map(({ eventId }) => eventId)).size).toBe(5);
  });

  test('has the two headers and the body of the contract', async () => {
    const endpoint = await register('/form');
    const created = await createClassifier();

    const [{ event, headers } = { event: undefined, headers: {} }] = await endpoint.events(1);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-extend-request-timestamp': expect.stringMatching(/^\d{10}$/),
      'x-extend-request-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Object.keys(event ?? {})).toEqual(['eventId', 'eventType', 'payload']);
    expect(event?.payload).toEqual(created);
  });

  test('carries the headers that the endpoint was given, none of which replaces ours', async () => {
    const endpoint = await register('/headers', {
      advancedOptions: {
        headers: {
          'X-Tenant': 'a b',
          Authorization: 'Bearer mine',
          'X-Extend-Request-Signature': 'f'.repeat(64),
          'x-extend-request-timestamp': '1',
          'Content-Type': 'text/plain',
        },
      },
    });
    await createClassifier();

    const [first] = await endpoint.events(1);
    expect(first?.headers).toMatchObject({
      'x-tenant': 'a b',
      authorization: 'Bearer mine',
      'content-type': 'application/json',
    });
  });

  test('comes to every endpoint that wants it, as the same event, and to no other', async () => {
    const wanting = [await register('/wants-1'), await register('/wants-2')];
    await register('/disabled', { status: 'disabled' });
    await register('/wants-others', { enabledEvents: ['classifier.updated', 'classify_run.processed'] });
    await register('/wants-none', { enabledEvents: [] });
    await register('/of-another-tenant', {}, globex);
    await createClassifier();

    const ids = new Set<string>();
    for (const endpoint of wanting) for (const { event } of await endpoint.events(1)) ids.add(event.eventId);
    expect(ids.size).toBe(1);
    const quiet = ['/disabled', '/wants-others', '/wants-none', '/of-another-tenant'];
    expect(receiver.received.filter(({ path }) => quiet.includes(path))).toEqual([]);
  });

  test('puts neither the secret, nor the address, nor what it says into a history', async () => {
    const endpoint = await register('/private?token=s3cret');
    const { id } = await acme.classifiers.create({ name: 'Confidential' });
    const [first] = await endpoint.events(1);
    const { eventId = '' } = first?.event ?? {};

    const handle = service.namespace.client.workflow.getHandle(deliveryWorkflowId(eventId, endpoint.id));
    await handle.result();
    const payloads = historyToJSON(await handle.fetchHistory()).matchAll(/"data":\s*"([^"]*)"/g);
    const texts = Array.from(payloads, ([, data = '']) => Buffer.from(data, 'base64').toString()).join();
    expect(texts).toContain(id);
    for (const secret of ['s3cret', endpoint.signingSecret, 'Confidential']) expect(texts).not.toContain(secret);
  });
});

describe('a receiver', () => {
  test('that fails is tried again when it asks to be, with the same event and a fresh signature', async () => {
    receiver.enqueue({ status: 503, headers: { 'retry-after': '6' } });
    const endpoint = await register('/retried');
    await createClassifier();

    const [first, second] = await endpoint.events(2);
    expect(second?.event).toEqual(first?.event);
    const [before, after] = [first, second].map((each) => Number(each?.headers['x-extend-request-timestamp']));
    expect((after ?? 0) - (before ?? 0)).toBeGreaterThanOrEqual(5);
    expect(second?.headers['x-extend-request-signature']).not.toBe(first?.headers['x-extend-request-signature']);
    const delivery = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'delivered');
    expect(delivery.attempts).toMatchObject([
      { attempt: 1, status: 503, ok: false, error: 'url answered with HTTP 503.', nextAttemptAt: expect.any(String) },
      { attempt: 2, status: 204, ok: true, error: null, nextAttemptAt: null },
    ]);
  });

  test('that is gone (410) is left alone, until it is asked for again, with the same event', async () => {
    receiver.enqueue({ status: 410 });
    const endpoint = await register('/gone');
    const created = await createClassifier();
    const failed = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'failed');

    expect(failed).toMatchObject({ eventType: 'classifier.created', resourceId: created.id });
    expect((await redeliver(service.url, endpoint.id, failed.eventId)).status).toBe(200);
    const [first, second] = await endpoint.events(2);
    expect(second?.event).toEqual(first?.event);
    const delivered = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'delivered');
    expect(delivered.attempts).toMatchObject([
      { attempt: 1, status: 410, ok: false, nextAttemptAt: null },
      { attempt: 2, status: 204, ok: true },
    ]);
  });

  test('whose endpoint is dead delays no other', async () => {
    receiver.enqueue(null);
    const endpoint = await register('/dead');
    const living = await register('/living', { enabledEvents: ['classifier.updated'] });
    const { id } = await createClassifier();
    await endpoint.events(1);
    await acme.classifiers.update(id, { name: 'Post' });

    expect(await living.events(1)).toHaveLength(1);
    expect(await endpoint.events(1)).toHaveLength(1);
    const delivery = await loggedDelivery(service.url, endpoint.id, ({ attempts }) => attempts.length > 0);
    expect(delivery).toMatchObject({
      status: 'pending',
      attempts: [{ status: null, error: 'url did not answer within 2 s.' }],
    });
  });

  test('whose endpoint is disabled while it fails hears no more, until it is enabled and asked for', async () => {
    receiver.enqueue({ status: 500 });
    const endpoint = await register('/paused');
    await createClassifier();
    const { eventId } = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'pending');
    await acme.webhookEndpoints.update(endpoint.id, { status: 'disabled' });

    const stopped = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'failed');
    expect(stopped.attempts.at(-1)).toMatchObject({ status: null, error: 'The endpoint is disabled.' });
    const refused = await redeliver(service.url, endpoint.id, eventId);
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(await endpoint.events(1)).toHaveLength(1);

    await acme.webhookEndpoints.update(endpoint.id, { status: 'enabled' });
    await redeliver(service.url, endpoint.id, eventId);
    expect(await endpoint.events(2)).toHaveLength(2);
  });

  test('whose endpoint is deleted while it fails hears no more, and no log of it comes back', async () => {
    receiver.enqueue({ status: 500 });
    const endpoint = await register('/deleted');
    await createClassifier();
    const { eventId } = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'pending');
    await acme.webhookEndpoints.delete(endpoint.id);
    await service.namespace.client.workflow.getHandle(deliveryWorkflowId(eventId, endpoint.id)).result();

    expect(await endpoint.events(1)).toHaveLength(1);
    const files = await readdir(service.directory, { recursive: true });
    expect(files.filter((name) => name.includes(endpoint.id))).toEqual([]);
  });

  test('is sent to where the endpoint leads by then', async () => {
    receiver.enqueue({ status: 500 });
    const endpoint = await register('/old-address');
    await createClassifier();
    await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'pending');
    await acme.webhookEndpoints.update(endpoint.id, { url: `${receiver.url}/new-address` });

    await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'delivered');
    expect(receiver.received.filter(({ path }) => path === '/new-address')).toHaveLength(1);
  });
});
