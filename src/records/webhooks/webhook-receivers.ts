import type { EventFilter } from '../../domain/webhook-event.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { allEndpoints, type WebhookEndpoint } from './webhook-endpoints.ts';

/** The ids of the enabled endpoints that subscribed to an event, in all or for its classifier. Each appears once. */
export async function receiversOf(store: ObjectStore, tenant: string, filter: EventFilter): Promise<string[]> {
  const endpoints = await allEndpoints(store, tenant);
  return endpoints.filter((endpoint) => isWanted(endpoint, filter)).map(({ id }) => id);
}

function isWanted(
  { status, enabledEvents, subscriptions }: WebhookEndpoint,
  { eventType, classifierId }: EventFilter,
): boolean {
  if (status === 'disabled') return false;
  if (enabledEvents.includes(eventType)) return true;
  return (
    classifierId !== undefined &&
    subscriptions.some((each) => each.resourceId === classifierId && each.enabledEvents.includes(eventType))
  );
}
