import { statusOf, type EventDelivery } from '../../../records/webhooks/webhook-deliveries.ts';
import type { WebhookEndpoint } from '../../../records/webhooks/webhook-endpoints.ts';
import type { WebhookSubscription } from '../../../records/webhooks/webhook-subscriptions.ts';
import type { EventSubject } from '../../../domain/webhook-event.ts';
import { runIdOf } from '../ids.ts';
import type { EndpointBody, EventDeliveryBody, SubscriptionBody } from './schemas.ts';

export function toEndpointBody(endpoint: WebhookEndpoint): EndpointBody {
  const { id, url, name, status, enabledEvents, apiVersion, advancedOptions, createdAt, createdBy } = endpoint;
  return {
    object: 'webhook_endpoint',
    id,
    url,
    name,
    status,
    enabledEvents,
    apiVersion,
    advancedOptions,
    createdAt,
    createdBy,
  };
}

export function toSubscriptionBody(subscription: WebhookSubscription): SubscriptionBody {
  const { id, endpointId, resourceType, resourceId, enabledEvents, createdAt } = subscription;
  return {
    object: 'webhook_subscription',
    id,
    webhookEndpointId: endpointId,
    resourceType,
    resourceId,
    enabledEvents,
    createdAt,
  };
}

export function toEventDeliveryBody(delivery: EventDelivery): EventDeliveryBody {
  const { event, attempts } = delivery;
  return {
    object: 'webhook_delivery',
    eventId: event.eventId,
    eventType: event.eventType,
    resourceId: resourceIdOf(event.subject),
    status: statusOf(delivery),
    attempts: attempts.map((attempt) => ({ ...attempt, nextAttemptAt: attempt.nextAttemptAt ?? null })),
  };
}

function resourceIdOf({ kind, id }: EventSubject): string {
  return kind === 'run' ? runIdOf(id) : id;
}
