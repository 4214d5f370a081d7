import { logEventDelivery } from '../src/records/webhooks/webhook-deliveries.ts';
import { findEndpoint, type AdvancedOptions } from '../src/records/webhooks/webhook-endpoints.ts';
import { readSigningSecret } from '../src/records/webhooks/webhook-signing-secrets.ts';
import type { DeliverEventInput } from '../src/domain/webhook.ts';
import type { GuardedPost } from '../src/net/guarded-post.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { signForEndpoint } from '../src/webhook/endpoint-signature.ts';
import type { EventPayload, EventPayloads } from '../src/webhook/event-payload.ts';
import type { DeliveryLog, PreparedDelivery } from './prepared-delivery.ts';

export interface EventDeliveryDependencies {
  readonly store: ObjectStore;
  readonly postToEndpoint: GuardedPost;
  readonly eventPayloads: EventPayloads;
}

/**
 * Prepares an event for an endpoint, signed as Extend's clients verify it. Undefined when the endpoint or the subject
 * is gone.
 */
export async function prepareEventDelivery(
  { store, postToEndpoint, eventPayloads }: EventDeliveryDependencies,
  { tenant, endpointId, event }: DeliverEventInput,
): Promise<PreparedDelivery | undefined> {
  const endpoint = await findEndpoint(store, tenant, endpointId);
  const signingSecret = await readSigningSecret(store, tenant, endpointId);
  if (!endpoint || !signingSecret) return undefined;
  const sentAt = new Date();
  const deliveryLog = eventDeliveryLog(store, { tenant, endpointId, event });
  const stop = async (error: string): Promise<undefined> => {
    await deliveryLog.log({ at: sentAt.toISOString(), status: null, ok: false, error, durationMs: 0 });
  };
  if (endpoint.status === 'disabled') return stop('The endpoint is disabled.');
  const payload = await eventPayloads.read(tenant, event);
  if (!payload) return stop('What the event told of was deleted.');
  const { eventId, eventType } = event;
  const isLinked = isLink(payload.body, endpoint.advancedOptions?.payload);
  const shown = isLinked ? toLink(payload, await eventPayloads.link(tenant, event)) : payload.body;
  const body = JSON.stringify({ eventId, eventType, payload: shown });
  return {
    url: endpoint.url,
    field: 'url',
    body,
    headers: {
      ...lowerCased(endpoint.advancedOptions?.headers),
      // Our headers override configured ones.
      'content-type': 'application/json',
      ...signForEndpoint({ sentAt, body }, signingSecret.reveal()),
    },
    sentAt,
    post: postToEndpoint,
    ...deliveryLog,
  };
}

export function eventDeliveryLog(store: ObjectStore, input: DeliverEventInput): DeliveryLog {
  const { tenant, endpointId } = input;
  return {
    isStillThere: async () => (await findEndpoint(store, tenant, endpointId)) !== undefined,
    log: (outcome) => logEventDelivery(store, input, outcome),
  };
}

/** `url` means a link instead of the payload: above the threshold, or always if there is none. */
function isLink(body: unknown, options: AdvancedOptions['payload']): boolean {
  if (options?.format !== 'url') return false;
  return options.urlThresholdBytes === undefined || Buffer.byteLength(JSON.stringify(body)) > options.urlThresholdBytes;
}

function toLink({ id, metadata }: EventPayload, url: string) {
  return { object: 'signed_data_url', data: url, id, ...(metadata && { metadata }) };
}

/** Lower-cases the names, so that a later header replaces an earlier one. */
function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
