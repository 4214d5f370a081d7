import { SignedUrlNotAllowedError } from 'extend-ai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deliveriesOf, loggedDelivery, redeliver } from '../../support/event-deliveries.ts';
import { receivedAt } from '../../support/event-receiver.ts';
import { startEventService, type EventService } from '../../support/event-service.ts';

let started: EventService;
let service: EventService['service'];
let acme: EventService['acme'];

beforeAll(async () => {
  started = await startEventService();
  ({ service, acme } = started);
});
afterEach(() => started.forgetEndpoints());
afterAll(() => started[Symbol.asyncDispose]());

/** The event that an endpoint with these options gets of a new classifier, and the classifier. */
async function eventWith(
  path: string,
  payload: { readonly format: 'json' | 'url'; readonly urlThresholdBytes?: number },
) {
  const enabledEvents = ['classifier.created' as const];
  const options = { enabledEvents, advancedOptions: { payload } };
  const { signingSecret } = await started.register(path, options);
  const created = await acme.classifiers.create({ name: 'Mail' });
  const [webhook] = await receivedAt(started.receiver, path, 1);
  const { body = '', headers = {} } = webhook ?? {};
  return {
    created,
    verify: () => acme.webhooks.verifyAndParse(body, headers, signingSecret),
    event: acme.webhooks.verifyAndParse(body, headers, signingSecret, { allowSignedUrl: true }),
  };
}

async function linkIn({ event }: Awaited<ReturnType<typeof eventWith>>): Promise<string> {
  if (!acme.webhooks.isSignedUrlEvent(event)) throw new Error('no link');
  return event.payload.data.replace('//localhost:', '//127.0.0.1:');
}

describe('an endpoint that wants links', () => {
  test('gets one in place of the payload, which the client fetches without a key', async () => {
    const received = await eventWith('/linked', { format: 'url' });
    const { created, event } = received;

    expect(received.verify).toThrow(SignedUrlNotAllowedError);
    expect(event.payload).toStrictEqual({
      object: 'signed_data_url',
      data: expect.stringMatching(/^http:\/\/localhost:\d+\/signed\/event_payloads\/acme\/classifier\//),
      id: created.id,
    });
    if (!acme.webhooks.isSignedUrlEvent(event)) throw new Error('no link');
    expect(await acme.webhooks.fetchSignedPayload(event)).toEqual({ ...event, payload: created });
  });

  test('gets the payload itself up to the size that it names', async () => {
    const small = await eventWith('/small', { format: 'url', urlThresholdBytes: 100_000 });
    const large = await eventWith('/large', { format: 'url', urlThresholdBytes: 10 });

    expect(small.event.payload).toEqual(small.created);
    expect(large.event.payload).toMatchObject({ object: 'signed_data_url', id: large.created.id });
  });

  test('gets the payload itself when it wants JSON, whatever its size', async () => {
    const { event, created } = await eventWith('/json', { format: 'json', urlThresholdBytes: 1 });

    expect(event.payload).toEqual(created);
  });
});

describe('the link of an event', () => {
  test('is good for an hour', async () => {
    const expires = Number(
      new URL(await linkIn(await eventWith('/hour', { format: 'url' }))).searchParams.get('expires'),
    );

    expect(expires - Date.now() / 1000).toBeGreaterThan(3500);
    expect(expires - Date.now() / 1000).toBeLessThanOrEqual(3601);
  });

  test('opens nothing else, and is of no use once it is changed', async () => {
    const link = await linkIn(await eventWith('/changed', { format: 'url' }));
    const { pathname, search } = new URL(link);
    const [eventId = '', classifierId = ''] = pathname.split('/').toReversed();
    const elsewhere = [
      pathname.replace('/acme/', '/globex/'),
      pathname.replace(eventId, 'event_1'),
      pathname.replace(classifierId, 'cl_1'),
      pathname.replace('/classifier/', '/run/'),
    ].map((path) => path + search);
    const changed = [
      ...elsewhere,
      pathname,
      pathname + search.replace(/expires=1/, 'expires=2'),
      `${pathname}${search}0`,
    ];

    expect((await fetch(link)).status).toBe(200);
    const statuses = await Promise.all(changed.map(async (path) => (await fetch(service.url + path)).status));
    expect(statuses).toEqual(changed.map(() => 404));
    expect((await fetch(`${service.url}/classifiers${search}`)).status).toBe(401);
  });
});

function register(path: string) {
  return started.register(path, { enabledEvents: ['classifier.created'] });
}

describe('the log of deliveries', () => {
  test('gives the newest event first, page by page', async () => {
    const endpoint = await register('/log');
    const created: string[] = [];
    for (let index = 0; index < 3; index++) {
      created.push((await acme.classifiers.create({ name: 'Mail' })).id);
      await endpoint.events(index + 1);
    }
    await expect.poll(async () => (await deliveriesOf(service.url, endpoint.id)).data.length).toBe(3);

    const first = await deliveriesOf(service.url, endpoint.id, '?maxPageSize=2');
    const second = await deliveriesOf(service.url, endpoint.id, `?maxPageSize=2&nextPageToken=${first.nextPageToken}`);
    const resources = [...first.data, ...second.data].map(({ resourceId }) => resourceId);
    expect(resources).toEqual(created.toReversed());
    expect(second).not.toHaveProperty('nextPageToken');
  });

  test('and redelivery are for the tenant of the endpoint alone, and for what was sent there', async () => {
    const endpoint = await register('/own');
    await acme.classifiers.create({ name: 'Mail' });
    const { eventId } = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'delivered');
    const elsewhere = await register('/elsewhere');

    const missing = { status: 404, body: { code: 'NOT_FOUND' } };
    expect(await redeliver(service.url, endpoint.id, eventId, 'globex-key')).toMatchObject(missing);
    expect(await redeliver(service.url, elsewhere.id, eventId)).toMatchObject(missing);
    expect(await redeliver(service.url, endpoint.id, 'event_1')).toMatchObject(missing);
    expect(await redeliver(service.url, endpoint.id, '..%2F..%2Fx')).toMatchObject(missing);
  });
});
