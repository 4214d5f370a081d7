import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { aliveSchema, readinessSchema, versionSchema } from './shared/schemas.ts';
import { publicResponse, retryAfter } from './openapi/responses.ts';

const tags = ['service'];
const security: [] = [];

function readiness(path: string, summary: string) {
  return {
    tags,
    operationId: path === '/readyz' ? 'isReady' : 'isHealthy',
    summary,
    security,
    responses: {
      200: publicResponse('Everything that the service needs answers.', 'application/json', readinessSchema),
      503: publicResponse('Something does not; it is named.', 'application/json', readinessSchema, retryAfter),
    },
  };
}

/** Paths that need no key: probes and documentation. */
export const servicePaths: ZodOpenApiPathsObject = {
  '/livez': {
    get: {
      tags,
      operationId: 'isAlive',
      summary: 'Whether this process answers',
      security,
      responses: { 200: publicResponse('It does.', 'application/json', aliveSchema) },
    },
  },
  '/readyz': { get: readiness('/readyz', 'Whether all that the service needs answers') },
  '/healthz': { get: readiness('/healthz', 'The same as /readyz') },
  '/version': {
    get: {
      tags,
      operationId: 'readVersion',
      summary: 'Which version this is',
      security,
      responses: { 200: publicResponse('Name and versions.', 'application/json', versionSchema) },
    },
  },
  '/openapi.json': {
    get: {
      tags,
      operationId: 'readOpenApi',
      summary: 'This document',
      security,
      responses: { 200: publicResponse('OpenAPI 3.1.', 'application/json', z.looseObject({ openapi: z.string() })) },
    },
  },
  '/docs': {
    get: {
      tags,
      operationId: 'readDocs',
      summary: 'This document, to be read and tried in a browser',
      security,
      responses: { 200: publicResponse('A page.', 'text/html', z.string()) },
    },
  },
  '/docs/errors': {
    get: {
      tags,
      operationId: 'readErrors',
      summary: 'Every error, and what to do about it',
      security,
      responses: { 200: publicResponse('Markdown.', 'text/markdown', z.string()) },
    },
  },
};
