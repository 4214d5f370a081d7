import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deliveriesOf, loggedDelivery, redeliver } from '../../support/event-deliveries.ts';
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
