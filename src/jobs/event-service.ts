import type { Client } from '@temporalio/client';
import { listDeliveries, readDelivery, type EventDelivery } from '../records/webhooks/webhook-deliveries.ts';
import { readEndpoint } from '../records/webhooks/webhook-endpoints.ts';
import { receiversOf } from '../records/webhooks/webhook-receivers.ts';
import { newId } from '../records/ids.ts';
import type { Page, PageQuery } from '../records/list-page.ts';
import { ClassifierError } from '../domain/errors.ts';
import { deliveryWorkflowId, type EndpointEventType, type WebhookEvent } from '../domain/webhook-event.ts';
import type { Logger } from '../logger.ts';
import { writeJson } from '../records/json-documents.ts';
import { webhookKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deliverAgain, startDelivery } from './start-delivery.ts';

/** A change of a classifier. */
export interface ClassifierChange {
  readonly eventType: Extract<EndpointEventType, `classifier.${string}`>;
  readonly classifierId: string;
  /** The classifier, or its version, after the change. */
  readonly payload: { readonly id: string };
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId: string;
}

/** A tenant's events and their deliveries to its endpoints. */
export interface EventService {
  /**
   * Publishes a change of a classifier to the endpoints that subscribed to it. Resolves when no delivery can be lost
   * any more. Never throws: the change is done, and a caller who sees an error would repeat it.
   */
  publishEvent(tenant: string, change: ClassifierChange): Promise<void>;
  /** The newest event first. Throws `not_found`. */
  deliveries(
    tenant: string,
    endpointId: string,
    query: Pick<PageQuery, 'maxPageSize' | 'nextPageToken'>,
  ): Promise<Page<EventDelivery>>;
  /** Throws `not_found`. */
  delivery(tenant: string, endpointId: string, eventId: string): Promise<EventDelivery>;
  /** Throws `not_found`, or `invalid_request` when the endpoint is disabled. */
  deliverAgain(tenant: string, endpointId: string, eventId: string, requestId: string): Promise<EventDelivery>;
}

export interface EventServiceDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly logger: Logger;
}

export function createEventService({ client, store, logger }: EventServiceDependencies): EventService {
  async function startDeliveries(tenant: string, change: ClassifierChange): Promise<void> {
    const { eventType, classifierId, payload, requestId } = change;
    const endpointIds = await receiversOf(store, tenant, { eventType });
    if (endpointIds.length === 0) return;
    const event: WebhookEvent = {
      eventId: newId('event'),
      eventType,
      subject: { kind: 'classifier', id: classifierId },
    };
    // Stores it as it is now: it may change again before a receiver answers.
    await writeJson(store, webhookKeys(tenant).event(event.eventId), payload);
    const starts = endpointIds.map((endpointId) =>
      startDelivery(client, {
        workflowId: deliveryWorkflowId(event.eventId, endpointId),
        input: { tenant, endpointId, event },
        requestId,
      }),
    );
    await Promise.all(starts);
  }

  async function delivery(tenant: string, endpointId: string, eventId: string): Promise<EventDelivery> {
    const { id } = await readEndpoint(store, tenant, endpointId);
    return readDelivery(store, tenant, id, eventId);
  }

  return {
    async publishEvent(tenant, change) {
      const { eventType, classifierId, requestId } = change;
      try {
        await startDeliveries(tenant, change);
      } catch (error) {
        logger.error({ requestId, tenant, eventType, classifierId, error }, 'event was lost');
      }
    },
    async deliveries(tenant, endpointId, query) {
      const { id } = await readEndpoint(store, tenant, endpointId);
      return listDeliveries(store, tenant, id, query);
    },
    delivery,
    async deliverAgain(tenant, endpointId, eventId, requestId) {
      const found = await delivery(tenant, endpointId, eventId);
      const { status } = await readEndpoint(store, tenant, endpointId);
      if (status === 'disabled') {
        throw new ClassifierError('invalid_request', 'This endpoint is disabled; enable it first.');
      }
      const { event } = found;
      await deliverAgain(client, {
        workflowId: deliveryWorkflowId(eventId, endpointId),
        input: { tenant, endpointId, event },
        requestId,
      });
      return found;
    },
  };
}
