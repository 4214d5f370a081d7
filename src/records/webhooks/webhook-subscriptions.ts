import { randomBytes } from 'node:crypto';
import { ClassifierError } from '../../domain/errors.ts';
import type { ClassifierEventType } from '../../domain/webhook-event.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { idPrefixes, isId } from '../ids.ts';
import { takePage, type Page, type PageQuery } from '../list-page.ts';
import {
  allEndpoints,
  changeEndpoint,
  endpointNotFound,
  findEndpoint,
  webhookLimits,
  type StoredSubscription,
  type WebhookEndpoint,
} from './webhook-endpoints.ts';

/** Events of one classifier, for an endpoint. */
export interface WebhookSubscription extends StoredSubscription {
  readonly endpointId: string;
}

export interface SubscribeRequest {
  readonly endpointId: string;
  readonly resourceId: string;
  readonly enabledEvents: readonly ClassifierEventType[];
}

/**
 * Subscribes an endpoint to a classifier. An existing subscription gets the new events, as with Extend. Throws
 * `not_found`, and `invalid_request` when the endpoint has too many.
 */
export async function subscribe(
  store: ObjectStore,
  tenant: string,
  { endpointId, resourceId, enabledEvents }: SubscribeRequest,
): Promise<WebhookSubscription> {
  const now = new Date();
  const id = newSubscriptionId(endpointId, now);
  const endpoint = await changeEndpoint(store, tenant, endpointId, (current) => {
    const { subscriptions } = current;
    if (subscriptions.some((each) => each.resourceId === resourceId)) {
      return withEvents(current, (each) => each.resourceId === resourceId, enabledEvents);
    }
    if (subscriptions.length >= webhookLimits.maxSubscriptions) {
      const detail = `A webhook endpoint may have at most ${webhookLimits.maxSubscriptions} subscriptions; delete one that is not used`;
      throw new ClassifierError('invalid_request', detail);
    }
    const added: StoredSubscription = {
      id,
      resourceType: 'classifier',
      resourceId,
      enabledEvents: [...enabledEvents],
      createdAt: now.toISOString(),
    };
    return { ...current, subscriptions: [...subscriptions, added] };
  });
  const subscription = endpoint.subscriptions.find((each) => each.resourceId === resourceId);
  if (!subscription) throw endpointNotFound(endpointId);
  return { ...subscription, endpointId };
}

/** Throws `not_found`, also for a subscription of another tenant. */
export async function readSubscription(store: ObjectStore, tenant: string, id: string): Promise<WebhookSubscription> {
  const endpoint = await findEndpoint(store, tenant, endpointIdIn(id));
  return subscriptionIn(endpoint, id);
}

/** Throws `not_found`. */
export async function updateSubscription(
  store: ObjectStore,
  tenant: string,
  id: string,
  enabledEvents: readonly ClassifierEventType[],
): Promise<WebhookSubscription> {
  const { endpointId } = await readSubscription(store, tenant, id);
  const endpoint = await changeEndpoint(store, tenant, endpointId, (current) =>
    withEvents(current, (each) => each.id === id, enabledEvents),
  );
  return subscriptionIn(endpoint, id);
}

/** Throws `not_found`. */
export async function deleteSubscription(store: ObjectStore, tenant: string, id: string): Promise<void> {
  const { endpointId } = await readSubscription(store, tenant, id);
  await changeEndpoint(store, tenant, endpointId, (current) => ({
    ...current,
    subscriptions: current.subscriptions.filter((each) => each.id !== id),
  }));
}

export interface ListSubscriptionsQuery extends PageQuery {
  readonly endpointId?: string | undefined;
  readonly resourceId?: string | undefined;
}

export async function listSubscriptions(
  store: ObjectStore,
  tenant: string,
  { endpointId, resourceId, ...query }: ListSubscriptionsQuery,
): Promise<Page<WebhookSubscription>> {
  const endpoints = (await allEndpoints(store, tenant)).filter(
    ({ id }) => endpointId === undefined || id === endpointId,
  );
  const entries = endpoints
    .flatMap((endpoint) => endpoint.subscriptions.map((each) => ({ ...each, endpointId: endpoint.id })))
    .filter((each) => resourceId === undefined || each.resourceId === resourceId)
    .map((each) => ({ position: `${each.createdAt} ${each.id}`, read: () => Promise.resolve(each) }));
  return takePage(entries, `webhook_subscriptions\0${endpointId ?? ''}\0${resourceId ?? ''}`, query);
}

function withEvents(
  endpoint: WebhookEndpoint,
  isMeant: (subscription: StoredSubscription) => boolean,
  enabledEvents: readonly ClassifierEventType[],
): WebhookEndpoint {
  const subscriptions = endpoint.subscriptions.map((each) =>
    isMeant(each) ? { ...each, enabledEvents: [...enabledEvents] } : each,
  );
  return { ...endpoint, subscriptions };
}

function subscriptionIn(endpoint: WebhookEndpoint | undefined, id: string): WebhookSubscription {
  const subscription = endpoint?.subscriptions.find((each) => each.id === id);
  if (endpoint && subscription) return { ...subscription, endpointId: endpoint.id };
  throw new ClassifierError('not_found', `There is no webhook subscription ${JSON.stringify(id.slice(0, 80))}.`);
}

/** The id of a subscription contains its endpoint's, which stores it. */
function newSubscriptionId(endpointId: string, at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${idPrefixes.webhookSubscription}${endpointId.slice(idPrefixes.webhookEndpoint.length)}_${time}${randomBytes(6).toString('hex')}`;
}

function endpointIdIn(subscriptionId: string): string {
  if (!isId('webhookSubscription', subscriptionId)) return '';
  const [endpoint = ''] = subscriptionId.slice(idPrefixes.webhookSubscription.length).split('_', 1);
  return `${idPrefixes.webhookEndpoint}${endpoint}`;
}
