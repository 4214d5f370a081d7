import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { endpointEventTypes, subjectKinds, type WebhookEvent } from '../../domain/webhook-event.ts';
import { readJson, updateJson } from '../json-documents.ts';
import { webhookKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { attemptsSchema, withAttempt, type AttemptOutcome } from './delivery-attempts.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Page, PageQuery } from '../list-page.ts';

const deliverySchema = z.object({
  event: z.object({
    eventId: z.string(),
    eventType: z.enum(endpointEventTypes),
    subject: z.object({ kind: z.enum(subjectKinds), id: z.string() }),
  }),
  attempts: attemptsSchema,
});

/** The delivery of an event to an endpoint, with every attempt, oldest first. It contains nothing of the payload. */
export type EventDelivery = z.infer<typeof deliverySchema>;

export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

const parse = (value: unknown) => deliverySchema.parse(value);
const eventIdPattern = /^event_[0-9a-f]{32}$/;

/** `failed`: no more attempts unless somebody asks for redelivery. */
export function statusOf({ attempts }: EventDelivery): DeliveryStatus {
  const last = attempts.at(-1);
  if (last?.ok === true) return 'delivered';
  return last?.nextAttemptAt === undefined ? 'failed' : 'pending';
}

export async function logEventDelivery(
  store: ObjectStore,
  { tenant, endpointId, event }: { readonly tenant: string; readonly endpointId: string; readonly event: WebhookEvent },
  outcome: AttemptOutcome,
): Promise<void> {
  const key = webhookKeys(tenant).delivery(endpointId, event.eventId);
  await updateJson(store, key, parse, (log) => ({ event, attempts: withAttempt(log?.attempts ?? [], outcome) }));
}

/** Throws `not_found` when there was no attempt yet, or never. */
export async function readDelivery(
  store: ObjectStore,
  tenant: string,
  endpointId: string,
  eventId: string,
): Promise<EventDelivery> {
  const key = webhookKeys(tenant).delivery(endpointId, eventId);
  const found = eventIdPattern.test(eventId) ? await readJson(store, key, parse) : undefined;
  if (found) return found.value;
  throw new ClassifierError('not_found', `This endpoint was sent no event ${JSON.stringify(eventId.slice(0, 80))}.`);
}

/**
 * The deliveries to an endpoint, the newest event first. The keys have this order, so it reads only as many as it
 * needs.
 */
export async function listDeliveries(
  store: ObjectStore,
  tenant: string,
  endpointId: string,
  { maxPageSize, nextPageToken }: Pick<PageQuery, 'maxPageSize' | 'nextPageToken'>,
): Promise<Page<EventDelivery>> {
  const scope = `webhook_deliveries\0${endpointId}`;
  const prefix = webhookKeys(tenant).deliveries(endpointId);
  const isPosition = (key: string): boolean => key.startsWith(prefix) && !/\p{Cc}/u.test(key);
  const after = nextPageToken === undefined ? {} : { after: decodeCursor(nextPageToken, scope, { isPosition }) };
  const keys: string[] = [];
  for await (const { key } of store.list(prefix, after)) {
    keys.push(key);
    if (keys.length > maxPageSize) break;
  }
  const shown = keys.slice(0, maxPageSize);
  const found = await Promise.all(shown.map((key) => readJson(store, key, parse)));
  const last = shown.at(-1);
  return {
    items: found.flatMap((document) => document?.value ?? []),
    ...(last !== undefined && keys.length > maxPageSize && { nextPageToken: encodeCursor(last, scope) }),
  };
}
