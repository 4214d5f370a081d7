import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { deliveriesSchema, jobSchema, redeliverySchema, webhookSecretSchema } from './schemas.ts';
import { jobPath } from '../openapi/request-schemas.ts';
import { always, jsonResponse, problemResponses } from '../openapi/responses.ts';

const tags = ['webhooks'];

/** A tenant's webhook secrets and deliveries. */
export const webhookPaths: ZodOpenApiPathsObject = {
  '/classify/{job_id}/deliveries': {
    get: {
      tags,
      operationId: 'listDeliveries',
      summary: 'Every attempt at delivering a job',
      requestParams: { path: jobPath },
      responses: {
        200: jsonResponse('The attempts, the first one first.', deliveriesSchema),
        ...problemResponses(...always, 404),
      },
    },
    post: {
      tags,
      operationId: 'sendAgain',
      summary: 'Deliver a finished job again',
      requestParams: { path: jobPath },
      responses: { 202: jsonResponse('It follows at once.', redeliverySchema), ...problemResponses(...always, 404) },
    },
  },
  '/webhook_secret': {
    get: {
      tags,
      operationId: 'readWebhookSecret',
      summary: 'The secret that deliveries are signed with',
      responses: { 200: jsonResponse('The secret.', webhookSecretSchema), ...problemResponses(...always) },
    },
  },
  '/webhook_secret/rotate': {
    post: {
      tags,
      operationId: 'rotateWebhookSecret',
      summary: 'Make a new secret; the old one signs too for 24 hours',
      responses: { 200: jsonResponse('The new secret.', webhookSecretSchema), ...problemResponses(...always) },
    },
  },
};

/** The request that a receiver gets (Standard Webhooks 1.0). */
export const jobFinished: ZodOpenApiPathItemObject = {
  post: {
    tags,
    operationId: 'jobFinished',
    summary: 'A job is finished',
    description:
      'Sent to the `webhook_url` of the submission with the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`. ' +
      'Other answers than 2xx are tried again for a day; 410 ends that.',
    security: [],
    requestBody: { required: true, content: { 'application/json': { schema: jobSchema } } },
    responses: { 200: { description: 'Taken.' }, 410: { description: 'Send nothing more.' } },
  },
};
