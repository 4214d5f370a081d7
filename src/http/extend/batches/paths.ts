import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { batchRunSchema, createBatchSchema } from './schemas.ts';
import { extendErrors } from '../responses.ts';
import { jsonResponse } from '../../openapi/responses.ts';

const tags = ['batches'];

const batchPath = z.object({ batch_id: z.string().min(1).meta({ example: 'bpr_0198c7e2a4b01f3c9d5e7a8b0c1d2e3f' }) });

/** Extend's batches: many documents into the categories of one classifier. */
export const extendBatchPaths: ZodOpenApiPathsObject = {
  '/classify_runs/batch': {
    post: {
      tags,
      operationId: 'createBatchRun',
      summary: 'Classify up to 1,000 documents',
      description: 'Its runs are listed by `GET /classify_runs?batchId=`.',
      requestBody: { required: true, content: { 'application/json': { schema: createBatchSchema } } },
      responses: {
        200: jsonResponse('The batch is accepted and cannot be lost any more.', batchRunSchema),
        ...extendErrors(402, 404),
      },
    },
  },
  '/batch_runs/{batch_id}': {
    get: {
      tags,
      operationId: 'readBatchRun',
      summary: 'Read a batch',
      requestParams: {
        path: batchPath,
        query: z.object({ include: z.enum(['counts']).optional().meta({ description: 'Adds where its runs are.' }) }),
      },
      responses: { 200: jsonResponse('The batch.', batchRunSchema), ...extendErrors(404) },
    },
  },
  '/batch_runs/{batch_id}/cancel': {
    post: {
      tags,
      operationId: 'cancelBatchRun',
      summary: 'Cancel a batch and its runs',
      requestParams: { path: batchPath },
      responses: {
        200: jsonResponse('The batch as it was; it ends within seconds.', batchRunSchema),
        ...extendErrors(404),
      },
    },
  },
};
