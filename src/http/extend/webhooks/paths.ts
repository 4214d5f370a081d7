import { z } from 'zod';
import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { endpointStatuses } from '../../../records/webhooks/webhook-endpoints.ts';
import { deletedByIdSchema } from '../classify-runs/schemas.ts';
import {
  createdEndpointSchema,
  createEndpointSchema,
  createSubscriptionSchema,
  endpointListSchema,
  endpointSchema,
  eventDeliveryListSchema,
  eventDeliverySchema,
  eventPayloadSchema,
  eventSchema,
  subscriptionListSchema,
  subscriptionSchema,
  updateEndpointSchema,
  updateSubscriptionSchema,
} from './schemas.ts';
import { pageQuery } from '../queries.ts';
import { extendErrors } from '../responses.ts';
import { jsonBody, jsonResponse, publicResponse, problemResponses } from '../../openapi/responses.ts';

const tags = ['webhooks'];

const endpointPath = z.object({ endpoint_id: z.string().min(1).meta({ example: 'wh_0198c7e2a4b01f3c9d5e7a8b' }) });
const deliveryPath = endpointPath.extend({ event_id: z.string().min(1) });
const subscriptionPath = z.object({ subscription_id: z.string().min(1) });

const endpointPaths: ZodOpenApiPathsObject = {
  '/webhook_endpoints': {
    post: {
      tags,
      operationId: 'createWebhookEndpoint',
      summary: 'Register an endpoint; the answer alone shows its signing secret',
      requestBody: jsonBody(createEndpointSchema),
      responses: { 200: jsonResponse('The endpoint.', createdEndpointSchema), ...extendErrors() },
    },
    get: {
      tags,
      operationId: 'listWebhookEndpoints',
      summary: 'List endpoints',
      requestParams: { query: pageQuery.extend({ status: z.enum(endpointStatuses).optional() }) },
      responses: { 200: jsonResponse('A page of endpoints.', endpointListSchema), ...extendErrors() },
    },
  },
  '/webhook_endpoints/{endpoint_id}': {
    get: {
      tags,
      operationId: 'readWebhookEndpoint',
      summary: 'Read an endpoint',
      requestParams: { path: endpointPath },
      responses: { 200: jsonResponse('The endpoint.', endpointSchema), ...extendErrors(404) },
    },
    post: {
      tags,
      operationId: 'updateWebhookEndpoint',
      summary: 'Change an endpoint',
      requestParams: { path: endpointPath },
      requestBody: jsonBody(updateEndpointSchema),
      responses: { 200: jsonResponse('The endpoint.', endpointSchema), ...extendErrors(404) },
    },
    delete: {
      tags,
      operationId: 'deleteWebhookEndpoint',
      summary: 'Delete an endpoint with its subscriptions and the log of its deliveries',
      requestParams: { path: endpointPath },
      responses: { 200: jsonResponse('It is gone.', deletedByIdSchema), ...extendErrors(404) },
    },
  },
};

const deliveryPaths: ZodOpenApiPathsObject = {
  '/webhook_endpoints/{endpoint_id}/deliveries': {
    get: {
      tags,
      operationId: 'listWebhookDeliveries',
      summary: 'What was sent to an endpoint, the newest event first',
      requestParams: { path: endpointPath, query: pageQuery.omit({ sortDir: true }) },
      responses: { 200: jsonResponse('A page of deliveries.', eventDeliveryListSchema), ...extendErrors(404) },
    },
  },
  '/webhook_endpoints/{endpoint_id}/deliveries/{event_id}': {
    get: {
      tags,
      operationId: 'readWebhookDelivery',
      summary: 'Every attempt at delivering an event',
      requestParams: { path: deliveryPath },
      responses: { 200: jsonResponse('The delivery.', eventDeliverySchema), ...extendErrors(404) },
    },
  },
  '/webhook_endpoints/{endpoint_id}/deliveries/{event_id}/redeliver': {
    post: {
      tags,
      operationId: 'redeliverEvent',
      summary: 'Deliver an event again',
      requestParams: { path: deliveryPath },
      responses: {
        200: jsonResponse('It follows at once; what came before.', eventDeliverySchema),
        ...extendErrors(404),
      },
    },
  },
  '/signed/event_payloads/{tenant}/{kind}/{id}/{event_id}': {
    get: {
      tags,
      operationId: 'readEventPayload',
      summary: 'What a link in a webhook leads to, for an hour',
      security: [],
      requestParams: {
        path: z.object({ tenant: z.string(), kind: z.string(), id: z.string(), event_id: z.string() }),
        query: z.object({ expires: z.string(), signature: z.string() }),
      },
      responses: {
        200: publicResponse('The payload.', 'application/json', eventPayloadSchema),
        ...problemResponses(404, 500, 503),
      },
    },
  },
};

const subscriptionPaths: ZodOpenApiPathsObject = {
  '/webhook_subscriptions': {
    post: {
      tags,
      operationId: 'createWebhookSubscription',
      summary: 'Send the events of one classifier to an endpoint; an earlier subscription to it is replaced',
      requestBody: jsonBody(createSubscriptionSchema),
      responses: { 200: jsonResponse('The subscription.', subscriptionSchema), ...extendErrors(404) },
    },
    get: {
      tags,
      operationId: 'listWebhookSubscriptions',
      summary: 'List subscriptions',
      requestParams: {
        query: pageQuery.extend({ webhookEndpointId: z.string().optional(), resourceId: z.string().optional() }),
      },
      responses: { 200: jsonResponse('A page of subscriptions.', subscriptionListSchema), ...extendErrors() },
    },
  },
  '/webhook_subscriptions/{subscription_id}': {
    get: {
      tags,
      operationId: 'readWebhookSubscription',
      summary: 'Read a subscription',
      requestParams: { path: subscriptionPath },
      responses: { 200: jsonResponse('The subscription.', subscriptionSchema), ...extendErrors(404) },
    },
    post: {
      tags,
      operationId: 'updateWebhookSubscription',
      summary: 'Replace the events of a subscription',
      requestParams: { path: subscriptionPath },
      requestBody: jsonBody(updateSubscriptionSchema),
      responses: { 200: jsonResponse('The subscription.', subscriptionSchema), ...extendErrors(404) },
    },
    delete: {
      tags,
      operationId: 'deleteWebhookSubscription',
      summary: 'Delete a subscription',
      requestParams: { path: subscriptionPath },
      responses: { 200: jsonResponse('It is gone.', deletedByIdSchema), ...extendErrors(404) },
    },
  },
};

/** Extend's webhooks: where events go, which, and what became of them. */
export const extendWebhookPaths: ZodOpenApiPathsObject = { ...endpointPaths, ...deliveryPaths, ...subscriptionPaths };

/** The request that an endpoint gets. */
export const eventHappened: ZodOpenApiPathItemObject = {
  post: {
    tags,
    operationId: 'eventHappened',
    summary: 'Something happened that an endpoint asked for',
    description:
      'Sent to the `url` of the endpoint with `x-extend-request-timestamp` and `x-extend-request-signature`, the hex of HMAC-SHA256 under the ' +
      'signing secret over `v0:{timestamp}:{body}`. Other answers than 2xx are tried again for a day; 410 ends that.',
    security: [],
    requestBody: jsonBody(eventSchema),
    responses: { 200: { description: 'Taken.' }, 410: { description: 'Send nothing more of this event.' } },
  },
};
