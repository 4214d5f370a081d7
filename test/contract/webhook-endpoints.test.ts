import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  readEndpoint,
  type CreateEndpointRequest,
} from '../../src/records/webhooks/webhook-endpoints.ts';
import { receiversOf } from '../../src/records/webhooks/webhook-receivers.ts';
import { readSigningSecret } from '../../src/records/webhooks/webhook-signing-secrets.ts';
import { subscribe } from '../../src/records/webhooks/webhook-subscriptions.ts';
import { createObjectStore, type ObjectStoreConfig } from '../../src/storage/create-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';

const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-endpoints-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

const bucket = `endpoints-${randomUUID()}`;
const minio = inject('minio');
const stores: readonly (readonly [name: string, config: ObjectStoreConfig])[] = [
  ['a local folder', { kind: 'folder', directory }],
  ['SeaweedFS', { kind: 's3', bucket, ...inject('s3') }],
  ...(minio ? ([['MinIO', { kind: 's3', bucket, ...minio }]] as const) : []),
];

describe.each(stores)('webhook endpoints in %s', (_name, storeConfig) => {
  let store: ObjectStore;

  beforeAll(async () => {
    store = createObjectStore(storeConfig);
    await store.check();
  });

  /** Each test has a tenant of its own. */
  const newTenant = () => `t-${randomUUID()}`;

  async function newEndpoint(tenant: string, change: Partial<CreateEndpointRequest> = {}): Promise<string> {
    const { endpoint } = await createEndpoint(store, tenant, {
      url: 'https://hooks.example/',
      name: 'Hooks',
      enabledEvents: [],
      apiVersion: '2026-02-09',
      ...change,
    });
    return endpoint.id;
  }

  test('are told of what they ask for: of all the tenant has, or of one classifier', async () => {
    const tenant = newTenant();
    const all = await newEndpoint(tenant, { enabledEvents: ['classify_run.processed'] });
    const one = await newEndpoint(tenant);
    const both = await newEndpoint(tenant, { enabledEvents: ['classify_run.processed'] });
    await newEndpoint(tenant, { enabledEvents: ['classify_run.processed'], status: 'disabled' });
    await newEndpoint(tenant, { enabledEvents: ['classify_run.failed'] });
    await newEndpoint(newTenant(), { enabledEvents: ['classify_run.processed'] });
    for (const endpointId of [one, both]) {
      await subscribe(store, tenant, { endpointId, resourceId: 'cl_1', enabledEvents: ['classify_run.processed'] });
    }
    const told = async (classifierId?: string) =>
      new Set(
        await receiversOf(store, tenant, {
          eventType: 'classify_run.processed',
          ...(classifierId !== undefined && { classifierId }),
        }),
      );

    expect(await told()).toEqual(new Set([all, both]));
    expect(await told('cl_2')).toEqual(new Set([all, both]));
    expect(await told('cl_1')).toEqual(new Set([all, both, one]));
    expect(
      await receiversOf(store, tenant, { eventType: 'classify_run.processed', classifierId: 'cl_1' }),
    ).toHaveLength(3);
  });

  test('lose no change and no subscription of many that come at once', async () => {
    const tenant = newTenant();
    const id = await newEndpoint(tenant);
    const classifiers = Array.from({ length: 6 }, (_, index) => `cl_${index}`);

    await Promise.all([
      ...classifiers.map((resourceId) =>
        subscribe(store, tenant, { endpointId: id, resourceId, enabledEvents: ['classify_run.failed'] }),
      ),
      changeEndpoint(store, tenant, id, (endpoint) => ({ ...endpoint, name: 'Renamed' })),
    ]);

    const { name, subscriptions } = await readEndpoint(store, tenant, id);
    expect(name).toBe('Renamed');
    expect(subscriptions.map(({ resourceId }) => resourceId).toSorted()).toEqual(classifiers);
  });

  test('take their secret with them, which nothing shows that holds it', async () => {
    const tenant = newTenant();
    const id = await newEndpoint(tenant);
    const secret = await readSigningSecret(store, tenant, id);

    expect(secret?.reveal()).toMatch(/^wss_/);
    expect(JSON.stringify({ secret, endpoint: await readEndpoint(store, tenant, id) })).not.toContain('wss_');
    await deleteEndpoint(store, tenant, id);
    expect(await readSigningSecret(store, tenant, id)).toBeUndefined();
  });
});
