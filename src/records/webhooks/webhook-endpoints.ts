import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, updateJson, writeJson } from '../json-documents.ts';
import { webhookKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { createSigningSecret } from '../../webhook/endpoint-signature.ts';
import { createdByKeyOf, createdBySchema } from '../created-by.ts';
import { isId, newId } from '../ids.ts';
import { namesBelow, takePage, type Page, type PageQuery } from '../list-page.ts';
import { deleteSigningSecret, writeSigningSecret } from './webhook-signing-secrets.ts';

export const endpointStatuses = ['enabled', 'disabled'] as const;
export type EndpointStatus = (typeof endpointStatuses)[number];

export const webhookLimits = {
  /** Every run that ends reads all endpoints of its tenant. */
  maxEndpoints: 100,
  /** They share one object with their endpoint. */
  maxSubscriptions: 1000,
} as const;

/** What was given, as it was given. */
const advancedOptionsSchema = z.object({
  headers: z.record(z.string(), z.string()).exactOptional(),
  payload: z.object({ format: z.enum(['json', 'url']), urlThresholdBytes: z.number().exactOptional() }).exactOptional(),
});

const subscriptionSchema = z.object({
  id: z.string(),
  resourceType: z.literal('classifier'),
  resourceId: z.string(),
  enabledEvents: z.array(z.string()),
  createdAt: z.string(),
});

const endpointSchema = z.object({
  id: z.string(),
  url: z.string(),
  name: z.string(),
  status: z.enum(endpointStatuses),
  /** Events of every run, batch and classifier of the tenant. */
  enabledEvents: z.array(z.string()),
  apiVersion: z.string(),
  advancedOptions: advancedOptionsSchema.nullable(),
  createdAt: z.string(),
  createdBy: createdBySchema.nullable(),
  /** Subscriptions to single classifiers. Part of the endpoint, so that they go with it. */
  subscriptions: z.array(subscriptionSchema),
});

export type AdvancedOptions = z.infer<typeof advancedOptionsSchema>;
export type StoredSubscription = z.infer<typeof subscriptionSchema>;

/** An endpoint for events. Its signing secret is stored apart. */
export type WebhookEndpoint = z.infer<typeof endpointSchema>;

const parse = (value: unknown) => endpointSchema.parse(value);

export type CreateEndpointRequest = Pick<WebhookEndpoint, 'url' | 'name' | 'enabledEvents' | 'apiVersion'> & {
  readonly status?: EndpointStatus | undefined;
  readonly advancedOptions?: AdvancedOptions | undefined;
};

/** Creates an endpoint and returns its signing secret, which no other call does. */
export async function createEndpoint(
  store: ObjectStore,
  tenant: string,
  { status = 'enabled', advancedOptions, ...given }: CreateEndpointRequest,
): Promise<{ readonly endpoint: WebhookEndpoint; readonly signingSecret: string }> {
  const known = await endpointIds(store, tenant);
  if (known.length >= webhookLimits.maxEndpoints) {
    const detail = `There may be at most ${webhookLimits.maxEndpoints} webhook endpoints; delete one that is not used`;
    throw new ClassifierError('invalid_request', detail);
  }
  const now = new Date();
  const id = newId('webhookEndpoint', now);
  const signingSecret = createSigningSecret();
  const endpoint: WebhookEndpoint = {
    id,
    ...given,
    status,
    advancedOptions: advancedOptions ?? null,
    createdAt: now.toISOString(),
    createdBy: createdByKeyOf(tenant),
    subscriptions: [],
  };
  // The secret first: an endpoint that can be found gets deliveries.
  await writeSigningSecret(store, tenant, id, signingSecret);
  await writeJson(store, webhookKeys(tenant).endpoint(id), endpoint, { ifNoneMatch: '*' });
  return { endpoint, signingSecret };
}

/** Undefined when the tenant has no such endpoint. */
export async function findEndpoint(
  store: ObjectStore,
  tenant: string,
  id: string,
): Promise<WebhookEndpoint | undefined> {
  if (!isId('webhookEndpoint', id)) return undefined;
  return (await readJson(store, webhookKeys(tenant).endpoint(id), parse))?.value;
}

/** Throws `not_found`, also for an endpoint of another tenant. */
export async function readEndpoint(store: ObjectStore, tenant: string, id: string): Promise<WebhookEndpoint> {
  const endpoint = await findEndpoint(store, tenant, id);
  if (!endpoint) throw endpointNotFound(id);
  return endpoint;
}

/** Applies `change` to the endpoint; no writer's change is lost. Throws `not_found`. */
export async function changeEndpoint(
  store: ObjectStore,
  tenant: string,
  id: string,
  change: (endpoint: WebhookEndpoint) => WebhookEndpoint,
): Promise<WebhookEndpoint> {
  if (!isId('webhookEndpoint', id)) throw endpointNotFound(id);
  const { value } = await updateJson(store, webhookKeys(tenant).endpoint(id), parse, (current) => {
    if (!current) throw endpointNotFound(id);
    return change(current);
  });
  return value;
}

/** Deletes the endpoint with its subscriptions, its secret and the log of its deliveries. Throws `not_found`. */
export async function deleteEndpoint(store: ObjectStore, tenant: string, id: string): Promise<void> {
  await readEndpoint(store, tenant, id);
  const keys = webhookKeys(tenant);
  await store.delete(keys.endpoint(id));
  await deleteSigningSecret(store, tenant, id);
  await store.deletePrefix(keys.deliveries(id));
}

export interface ListEndpointsQuery extends PageQuery {
  readonly status?: EndpointStatus | undefined;
}

export async function listEndpoints(
  store: ObjectStore,
  tenant: string,
  { status, ...query }: ListEndpointsQuery,
): Promise<Page<WebhookEndpoint>> {
  const entries = (await endpointIds(store, tenant)).map((id) => ({
    position: id,
    async read() {
      const endpoint = await findEndpoint(store, tenant, id);
      return status === undefined || endpoint?.status === status ? endpoint : undefined;
    },
  }));
  return takePage(entries, `webhook_endpoints\0${status ?? ''}`, query);
}

/** All of a tenant; there are at most `webhookLimits.maxEndpoints`. */
export async function allEndpoints(store: ObjectStore, tenant: string): Promise<WebhookEndpoint[]> {
  const ids = await endpointIds(store, tenant);
  const endpoints = await Promise.all(ids.map((id) => findEndpoint(store, tenant, id)));
  return endpoints.filter((endpoint) => endpoint !== undefined);
}

export function endpointNotFound(id: string): ClassifierError {
  return new ClassifierError('not_found', `There is no webhook endpoint ${JSON.stringify(id.slice(0, 80))}.`);
}

function endpointIds(store: ObjectStore, tenant: string): Promise<string[]> {
  return namesBelow(store, webhookKeys(tenant).endpoints, '.json');
}
