import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { runStatuses } from '../../../jobs/run-status.ts';
import { listedSources } from './list-query.ts';
import { createRunSchema } from './request-schemas.ts';
import { reviewSchema } from './review-schemas.ts';
import { classifyRunListSchema, classifyRunSchema, deletedByIdSchema, runReviewSchema } from './schemas.ts';
import { sortedPageQuery } from '../queries.ts';
import { extendErrors } from '../responses.ts';
import { idempotencyHeaders } from '../../openapi/request-schemas.ts';
import { rerunRequestBody } from '../../operations/rerun-paths.ts';
import { jsonResponse } from '../../openapi/responses.ts';

const tags = ['classify runs'];

const runPath = z.object({ run_id: z.string().min(1).meta({ example: 'clr_7e10f5cd-6d83-4b8e-9f80-ac103fd9b2f1' }) });

const runListQuery = sortedPageQuery.extend({
  status: z.enum(runStatuses).optional(),
  classifierId: z.string().optional(),
  batchId: z.string().optional(),
  source: z.enum(listedSources).optional(),
  sourceId: z.string().optional().meta({ description: 'The id of what made the runs: of their batch.' }),
  fileNameContains: z.string().optional().meta({ description: 'Whatever the case.' }),
  rerunOf: z.string().optional().meta({ description: 'The runs that repeat this one.' }),
  awaitingReview: z.literal('true').optional().meta({ description: 'Those alone that wait for a review.' }),
});

const runBody = { required: true, content: { 'application/json': { schema: createRunSchema } } };

/** `POST /classify` has two contracts; this one answers a body of JSON. */
export const synchronousRun = {
  body: runBody.content,
  responses: {
    200: jsonResponse('With a body of JSON: the run, which is over.', classifyRunSchema),
    ...extendErrors(402, 404, 422),
  },
};

/** Extend's runs, which are the jobs of the other contract: the run `clr_X` is the job `X`. */
export const extendRunPaths: ZodOpenApiPathsObject = {
  '/classify_runs': {
    post: {
      tags,
      operationId: 'createClassifyRun',
      summary: 'Start a run',
      requestBody: runBody,
      responses: {
        200: jsonResponse('The run, which cannot be lost any more.', classifyRunSchema),
        ...extendErrors(402, 404),
      },
    },
    get: {
      tags,
      operationId: 'listClassifyRuns',
      summary: 'List runs',
      requestParams: { query: runListQuery },
      responses: {
        200: jsonResponse(
          'A page of runs; it may be short, or empty, although `nextPageToken` says that more follow.',
          classifyRunListSchema,
        ),
        ...extendErrors(),
      },
    },
  },
  '/classify_runs/{run_id}': {
    get: {
      tags,
      operationId: 'readClassifyRun',
      summary: 'Read a run',
      requestParams: { path: runPath },
      responses: { 200: jsonResponse('The run.', classifyRunSchema), ...extendErrors(404) },
    },
    delete: {
      tags,
      operationId: 'deleteClassifyRun',
      summary: 'Delete a run, its result and the file that came with it; one that is under way is cancelled first',
      requestParams: { path: runPath },
      responses: { 200: jsonResponse('It is gone.', deletedByIdSchema), ...extendErrors(404) },
    },
  },
  '/classify_runs/{run_id}/cancel': {
    post: {
      tags,
      operationId: 'cancelClassifyRun',
      summary: 'Cancel a run that is under way; one that is over is refused',
      requestParams: { path: runPath },
      responses: { 200: jsonResponse('The run, cancelled or about to be.', classifyRunSchema), ...extendErrors(404) },
    },
  },
  '/classify_runs/{run_id}/rerun': {
    post: {
      tags,
      operationId: 'rerunClassifyRun',
      summary: 'Run again what is over; beyond the contract',
      requestParams: { path: runPath, header: idempotencyHeaders },
      requestBody: rerunRequestBody,
      responses: {
        200: jsonResponse('The run that repeats it, which cannot be lost any more.', classifyRunSchema),
        ...extendErrors(402, 404),
      },
    },
  },
  '/classify_runs/{run_id}/review': {
    get: {
      tags,
      operationId: 'readClassifyRunReview',
      summary: 'What there is to review of a run, and what was',
      requestParams: { path: runPath },
      responses: {
        200: jsonResponse('What the classifier said, and the person.', runReviewSchema),
        ...extendErrors(404),
      },
    },
    post: {
      tags,
      operationId: 'reviewClassifyRun',
      summary: 'Review a run that waits for it, or one that is over; a second review takes the place of the first',
      requestParams: { path: runPath },
      requestBody: { required: true, content: { 'application/json': { schema: reviewSchema } } },
      responses: { 200: jsonResponse('The run as it is now.', classifyRunSchema), ...extendErrors(404) },
    },
  },
};
