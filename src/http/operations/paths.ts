import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  cancellationsSchema,
  deletionsSchema,
  dryRunSchema,
  operationListSchema,
  operationSchema,
  rerunDryRunSchema,
  rerunsSchema,
} from './operation-schemas.ts';
import { jsonBody, always, jsonResponse, problemResponses, retryAfter } from '../openapi/responses.ts';
import { idempotencyHeaders, listQuery as jobListQuery } from '../openapi/request-schemas.ts';

const tags = ['bulk'];

const operationPath = z.object({ operation_id: z.string().min(1) });

const listQuery = jobListQuery.pick({ limit: true, cursor: true });

interface Kind {
  readonly path: string;
  /** In `operationId`: `createReruns`, `listReruns`. */
  readonly name: string;
  readonly summary: string;
  readonly schema: z.ZodType;
  readonly dryRun: z.ZodType;
}

const kinds: readonly Kind[] = [
  {
    path: '/reruns',
    name: 'Reruns',
    summary: 'Run again all jobs that a filter finds',
    schema: rerunsSchema,
    dryRun: rerunDryRunSchema,
  },
  {
    path: '/cancellations',
    name: 'Cancellations',
    summary: 'Cancel them',
    schema: cancellationsSchema,
    dryRun: dryRunSchema,
  },
  { path: '/deletions', name: 'Deletions', summary: 'Delete them', schema: deletionsSchema, dryRun: dryRunSchema },
];

/** Operations on all jobs that a filter finds; in neither contract. */
export const operationPaths: ZodOpenApiPathsObject = Object.fromEntries(kinds.flatMap((kind) => pathsOf(kind)));

function pathsOf({
  path,
  name,
  summary,
  schema,
  dryRun,
}: Kind): readonly (readonly [string, ZodOpenApiPathsObject[string]])[] {
  return [
    [
      path,
      {
        post: {
          tags,
          operationId: `create${name}`,
          summary: `${summary}; with \`dry_run\` count them only`,
          requestParams: { header: idempotencyHeaders },
          requestBody: jsonBody(schema),
          responses: {
            200: jsonResponse('With `dry_run`: what would be found and done.', dryRun),
            202: jsonResponse('The operation is accepted and cannot be lost any more.', operationSchema, {
              ...retryAfter,
              Location: { description: 'Where it can be read.', schema: { type: 'string' } },
            }),
            ...problemResponses(...always, 413, 415, 422),
          },
        },
        get: {
          tags,
          operationId: `list${name}`,
          summary: 'List these operations, newest first',
          requestParams: { query: listQuery },
          responses: { 200: jsonResponse('A page of them.', operationListSchema), ...problemResponses(...always) },
        },
      },
    ],
    [
      `${path}/{operation_id}`,
      {
        get: {
          tags,
          operationId: `read${name}`,
          summary: 'Read how far it is',
          requestParams: { path: operationPath },
          responses: { 200: jsonResponse('The operation.', operationSchema), ...problemResponses(...always, 404) },
        },
      },
    ],
    [
      `${path}/{operation_id}/cancel`,
      {
        post: {
          tags,
          operationId: `cancel${name}`,
          summary: 'Stop it; what it has done stays done',
          requestParams: { path: operationPath },
          responses: {
            200: jsonResponse('It was over already and stays as it is.', operationSchema),
            202: jsonResponse('The operation as it was; it ends within seconds.', operationSchema),
            ...problemResponses(...always, 404, 413, 415),
          },
        },
      },
    ],
  ];
}
