import { z } from 'zod';
import 'zod-openapi';
import { endpointStatuses } from '../../../records/webhooks/webhook-endpoints.ts';
import { classifierEventTypes, endpointEventTypes } from '../../../domain/webhook-event.ts';
import { createdBySchema, instantSchema, nameSchema } from '../classifiers/schemas.ts';
import { listSchema } from '../list.ts';

/** The one whose payloads are sent. */
const apiVersion = '2026-02-09';
const maxUrlLength = 8192;
const maxHeaders = 50;
const maxHeaderLength = 4096;

/** They belong to the connection or to the body, not to the caller (RFC 9110 7.6.1, 8.6). */
const connectionHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const headersSchema = z
  .record(
    z.string(),
    z
      .string()
      .max(maxHeaderLength)
      .regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII'),
  )
  .superRefine((headers, context) => {
    const names = Object.keys(headers);
    if (names.length > maxHeaders) {
      context.addIssue({ code: 'custom', message: `must hold at most ${maxHeaders} headers; got ${names.length}` });
    }
    for (const name of names) {
      const message = problemOfName(name);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .meta({ description: 'Sent with every delivery. Those that sign it, and its content type, stay as they are.' });

function problemOfName(name: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~\w-]{1,100}$/.test(name)) return 'is not the name of a header (RFC 9110 5.1)';
  return connectionHeaders.has(name.toLowerCase()) ? 'is a header that cannot be set' : undefined;
}

const advancedOptionsSchema = z
  .strictObject({
    headers: headersSchema.exactOptional(),
    payload: z
      .strictObject({
        format: z.enum(['json', 'url']).meta({ description: '`url`: a link to the payload is sent in its place.' }),
        urlThresholdBytes: z
          .number()
          .int()
          .min(0)
          .exactOptional()
          .meta({ description: 'With `url`: smaller payloads are sent all the same.' }),
      })
      .exactOptional(),
  })
  .meta({ id: 'WebhookAdvancedOptions' });

const endpointEvents = z
  .array(z.enum(endpointEventTypes))
  .max(100)
  .meta({ description: 'Of all that the tenant has; may be empty.' });
const classifierEvents = z.array(z.enum(classifierEventTypes)).max(100);
const urlSchema = z.string().max(maxUrlLength).meta({ description: 'http or https; see docs/webhooks.md.' });

export const createEndpointSchema = z
  .strictObject({
    url: urlSchema,
    name: nameSchema,
    enabledEvents: endpointEvents,
    apiVersion: z.literal(apiVersion),
    status: z.enum(endpointStatuses).optional(),
    advancedOptions: advancedOptionsSchema.optional(),
  })
  .meta({ id: 'CreateWebhookEndpoint' });

export const updateEndpointSchema = z
  .strictObject({
    url: urlSchema.optional(),
    name: nameSchema.optional(),
    enabledEvents: endpointEvents.optional(),
    status: z.enum(endpointStatuses).optional(),
    advancedOptions: advancedOptionsSchema.optional().meta({ description: 'Replaced as a whole.' }),
  })
  .meta({ id: 'UpdateWebhookEndpoint', description: 'What is left out stays as it is.' });

const endpointFields = {
  object: z.literal('webhook_endpoint'),
  id: z.string(),
  url: z.string(),
  name: z.string(),
  status: z.enum(endpointStatuses),
  enabledEvents: z.array(z.string()),
  apiVersion: z.string(),
  advancedOptions: advancedOptionsSchema.nullable(),
  createdAt: instantSchema,
  createdBy: createdBySchema,
};

export const endpointSchema = z.strictObject(endpointFields).meta({ id: 'WebhookEndpoint' });

export const createdEndpointSchema = z
  .strictObject({
    ...endpointFields,
    signingSecret: z.string().meta({ description: 'Shown here and never again: `wss_...`.' }),
  })
  .meta({ id: 'CreatedWebhookEndpoint' });

export const endpointListSchema = listSchema(endpointSchema).meta({ id: 'WebhookEndpointList' });

export const createSubscriptionSchema = z
  .strictObject({
    webhookEndpointId: z.string(),
    resourceType: z.literal('classifier'),
    resourceId: z.string(),
    enabledEvents: classifierEvents,
  })
  .meta({ id: 'CreateWebhookSubscription' });

export const updateSubscriptionSchema = z
  .strictObject({ enabledEvents: classifierEvents })
  .meta({ id: 'UpdateWebhookSubscription' });

export const subscriptionSchema = z
  .strictObject({
    object: z.literal('webhook_subscription'),
    id: z.string(),
    webhookEndpointId: z.string(),
    resourceType: z.literal('classifier'),
    resourceId: z.string(),
    enabledEvents: z.array(z.string()),
    createdAt: instantSchema,
  })
  .meta({ id: 'WebhookSubscription' });

export const subscriptionListSchema = listSchema(subscriptionSchema).meta({ id: 'WebhookSubscriptionList' });

const attemptSchema = z.strictObject({
  attempt: z.number().int().min(1),
  at: instantSchema,
  status: z.number().int().nullable().meta({ description: "The receiver's answer; null when there was none." }),
  ok: z.boolean(),
  error: z.string().nullable(),
  durationMs: z.number().min(0),
  nextAttemptAt: instantSchema.nullable(),
});

export const eventDeliverySchema = z
  .strictObject({
    object: z.literal('webhook_delivery'),
    eventId: z.string(),
    eventType: z.string(),
    resourceId: z.string().meta({ description: 'Of the run, the batch or the classifier.' }),
    status: z.enum(['pending', 'delivered', 'failed']).meta({ description: '`pending`: another attempt follows.' }),
    attempts: z.array(attemptSchema),
  })
  .meta({ id: 'WebhookDelivery' });

export const eventDeliveryListSchema = listSchema(eventDeliverySchema).meta({ id: 'WebhookDeliveryList' });

/** A run, a batch, a classifier or a version of one, as GET answers it. */
export const eventPayloadSchema = z.looseObject({ object: z.string(), id: z.string() }).meta({ id: 'EventPayload' });

export const eventSchema = z
  .strictObject({
    eventId: z.string().meta({ description: 'The same in every attempt: who has seen it has had this event.' }),
    eventType: z.enum(endpointEventTypes),
    payload: z.union([
      eventPayloadSchema,
      z
        .strictObject({
          object: z.literal('signed_data_url'),
          data: z.url().meta({ description: 'Gives the payload, for an hour.' }),
          id: z.string(),
          metadata: z.record(z.string(), z.unknown()).optional(),
        })
        .meta({ id: 'SignedDataUrl' }),
    ]),
  })
  .meta({ id: 'WebhookEvent' });

export type EndpointBody = z.infer<typeof endpointSchema>;
export type SubscriptionBody = z.infer<typeof subscriptionSchema>;
export type EventDeliveryBody = z.infer<typeof eventDeliverySchema>;
