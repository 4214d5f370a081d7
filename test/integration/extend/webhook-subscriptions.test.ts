import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, extendErrorOf, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;
let globex: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key,paged:paged-key' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
});
afterAll(() => service[Symbol.asyncDispose]());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const resourceType = 'classifier';

async function newEndpoint(client = acme): Promise<string> {
  const { id } = await client.webhookEndpoints.create({
    url: 'https://hooks.example/',
    name: 'Hooks',
    enabledEvents: [],
    apiVersion: '2026-02-09',
  });
  return id;
}

async function newClassifier(client = acme): Promise<string> {
  return (await client.classifiers.create({ name: 'Mail' })).id;
}

describe('a subscription', () => {
  test('is created for one classifier, read, changed and deleted', async () => {
    const webhookEndpointId = await newEndpoint();
    const resourceId = await newClassifier();
    const created = await acme.webhookSubscriptions.create({
      webhookEndpointId,
      resourceType,
      resourceId,
      enabledEvents: ['classify_run.processed', 'batch_processor_run.failed'],
    });

    expect(created).toStrictEqual({
      object: 'webhook_subscription',
      id: expect.stringMatching(/^whes_\w+$/),
      webhookEndpointId,
      resourceType,
      resourceId,
      enabledEvents: ['classify_run.processed', 'batch_processor_run.failed'],
      createdAt: instant,
    });
    expect(await acme.webhookSubscriptions.retrieve(created.id)).toStrictEqual(created);
    const changed = await acme.webhookSubscriptions.update(created.id, { enabledEvents: ['classify_run.failed'] });
    expect(changed).toStrictEqual({ ...created, enabledEvents: ['classify_run.failed'] });
    expect(await acme.webhookSubscriptions.delete(created.id)).toStrictEqual({ id: created.id });
    expect(await extendErrorOf(acme.webhookSubscriptions.retrieve(created.id))).toMatchObject({ status: 404 });
    expect(await extendErrorOf(acme.webhookSubscriptions.delete(created.id))).toMatchObject({ status: 404 });
  });

  test('to the same classifier again is the same one with the new events', async () => {
    const webhookEndpointId = await newEndpoint();
    const resourceId = await newClassifier();
    const asked = { webhookEndpointId, resourceType, resourceId };
    const first = await acme.webhookSubscriptions.create({ ...asked, enabledEvents: ['classify_run.failed'] });
    const second = await acme.webhookSubscriptions.create({ ...asked, enabledEvents: ['classify_run.processed'] });

    expect(second).toEqual({ ...first, enabledEvents: ['classify_run.processed'] });
    expect((await acme.webhookSubscriptions.list({ webhookEndpointId })).data).toEqual([second]);
  });

  test('goes with its endpoint', async () => {
    const webhookEndpointId = await newEndpoint();
    const resourceId = await newClassifier();
    const { id } = await acme.webhookSubscriptions.create({
      webhookEndpointId,
      resourceType,
      resourceId,
      enabledEvents: [],
    });
    await acme.webhookEndpoints.delete(webhookEndpointId);

    expect(await extendErrorOf(acme.webhookSubscriptions.retrieve(id))).toMatchObject({ name: 'NotFoundError' });
    expect((await acme.webhookSubscriptions.list({ resourceId })).data).toEqual([]);
  });

  test('is lost by none of many that are made at once', async () => {
    const webhookEndpointId = await newEndpoint();
    const classifiers = await Promise.all(Array.from({ length: 8 }, () => newClassifier()));
    await Promise.all(
      classifiers.map((resourceId) =>
        acme.webhookSubscriptions.create({ webhookEndpointId, resourceType, resourceId, enabledEvents: [] }),
      ),
    );

    const { data } = await acme.webhookSubscriptions.list({ webhookEndpointId });
    expect(new Set(data.map(({ resourceId }) => resourceId))).toEqual(new Set(classifiers));
  });

  test('belongs to its tenant alone, as do its endpoint and its classifier', async () => {
    const webhookEndpointId = await newEndpoint();
    const resourceId = await newClassifier();
    const asked = { webhookEndpointId, resourceType, resourceId, enabledEvents: ['classify_run.failed'] as const };
    const { id } = await acme.webhookSubscriptions.create({ ...asked, enabledEvents: [] });

    for (const call of [
      () => globex.webhookSubscriptions.retrieve(id),
      () => globex.webhookSubscriptions.update(id, { enabledEvents: [] }),
      () => globex.webhookSubscriptions.delete(id),
      async () =>
        globex.webhookSubscriptions.create({ ...asked, enabledEvents: [], resourceId: await newClassifier(globex) }),
      async () =>
        globex.webhookSubscriptions.create({
          ...asked,
          enabledEvents: [],
          webhookEndpointId: await newEndpoint(globex),
        }),
    ]) {
      expect(await extendErrorOf(call())).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND' });
    }
    expect((await globex.webhookSubscriptions.list({ webhookEndpointId })).data).toEqual([]);
  });

  test.each(['whes_', 'whes_none', 'wh_1', 'whes___proto__', 'x'.repeat(600)])('has no id like %s', async (id) => {
    expect(await extendErrorOf(acme.webhookSubscriptions.retrieve(id))).toMatchObject({ name: 'NotFoundError' });
  });
});

describe('a subscription to what is not there', () => {
  test('is refused with the name of the field', async () => {
    const asked = {
      webhookEndpointId: await newEndpoint(),
      resourceType,
      resourceId: await newClassifier(),
      enabledEvents: [],
    };

    for (const change of [{ webhookEndpointId: 'wh_none' }, { resourceId: 'cl_none' }]) {
      expect(await extendErrorOf(acme.webhookSubscriptions.create({ ...asked, ...change }))).toMatchObject({
        name: 'NotFoundError',
        message: expect.stringContaining(Object.keys(change)[0] ?? ''),
      });
    }
  });
});

describe('the list of subscriptions', () => {
  test('is filtered by endpoint and by classifier, and paged', async () => {
    const client = extendClient(service.url, 'paged-key');
    const endpoints = [await newEndpoint(client), await newEndpoint(client)];
    const classifiers = [await newClassifier(client), await newClassifier(client)];
    const ids: string[] = [];
    for (const resourceId of classifiers) {
      for (const webhookEndpointId of endpoints) {
        const asked = { webhookEndpointId, resourceType, resourceId, enabledEvents: [] };
        ids.push((await client.webhookSubscriptions.create(asked)).id);
      }
    }
    const listed = async (request: object) =>
      (await client.webhookSubscriptions.list(request)).data.map(({ id }) => id);

    expect(await listed({})).toEqual(ids.toReversed());
    expect(await listed({ sortDir: 'asc', webhookEndpointId: endpoints[1] })).toEqual([ids[1], ids[3]]);
    expect(await listed({ sortDir: 'asc', resourceId: classifiers[0] })).toEqual([ids[0], ids[1]]);
    const first = await client.webhookSubscriptions.list({ maxPageSize: 3 });
    const second = await client.webhookSubscriptions.list({ maxPageSize: 3, nextPageToken: first.nextPageToken ?? '' });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(second).not.toHaveProperty('nextPageToken');
  });
});

describe('a request for a subscription', () => {
  test.each([
    ['a key that is not known', { surprise: 1 }, 'surprise'],
    ['another kind of resource', { resourceType: 'extractor' }, 'resourceType'],
    ['no resource', { resourceId: undefined }, 'resourceId'],
    ['an event of endpoints alone', { enabledEvents: ['classifier.created'] }, 'enabledEvents.0'],
    ['events that are no list', { enabledEvents: 'classify_run.failed' }, 'enabledEvents'],
    ['no endpoint', { webhookEndpointId: undefined }, 'webhookEndpointId'],
  ])('is refused for %s, which the error names', async (_what, change, field) => {
    const asked = {
      webhookEndpointId: await newEndpoint(),
      resourceType,
      resourceId: await newClassifier(),
      enabledEvents: [],
    };
    const body = JSON.stringify({ ...asked, ...change });
    const answer = await sendRaw(`${service.url}/webhook_subscriptions`, 'acme-key', { body });

    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining(field) } });
  });

  test('may change its events alone', async () => {
    const { id } = await acme.webhookSubscriptions.create({
      webhookEndpointId: await newEndpoint(),
      resourceType,
      resourceId: await newClassifier(),
      enabledEvents: [],
    });
    const body = JSON.stringify({ enabledEvents: [], resourceId: 'cl_1' });

    expect(await sendRaw(`${service.url}/webhook_subscriptions/${id}`, 'acme-key', { body })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('resourceId') },
    });
  });
});
