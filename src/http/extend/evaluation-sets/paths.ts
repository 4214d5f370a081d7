import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  createdItemsSchema,
  createEvaluationItemsSchema,
  createEvaluationSetSchema,
  deletedItemSchema,
  evaluationItemListSchema,
  evaluationItemSchema,
  evaluationSetListSchema,
  evaluationSetSchema,
  maxItemsAtOnce,
  updateEvaluationItemSchema,
} from './schemas.ts';
import { sortedPageQuery } from '../queries.ts';
import { extendErrors } from '../responses.ts';
import { createEvaluationRunSchema, evaluationRunSchema } from '../evaluation-set-runs/schemas.ts';
import { jsonBody, jsonResponse } from '../../openapi/responses.ts';

const tags = ['evaluation'];

const setPath = z.object({ evaluation_set_id: z.string().min(1) });
const itemPath = setPath.extend({ item_id: z.string().min(1) });
const setQuery = sortedPageQuery.extend({
  entityId: z.string().optional().meta({ description: 'Only the sets for this classifier.' }),
});

/** Extend's evaluation sets: documents whose types are known, to measure a classifier by. */
export const extendEvaluationPaths: ZodOpenApiPathsObject = {
  '/evaluation_sets': {
    post: {
      tags,
      operationId: 'createEvaluationSet',
      summary: 'Create an evaluation set',
      requestBody: jsonBody(createEvaluationSetSchema),
      responses: { 200: jsonResponse('The set, which is empty.', evaluationSetSchema), ...extendErrors(404) },
    },
    get: {
      tags,
      operationId: 'listEvaluationSets',
      summary: 'List evaluation sets',
      requestParams: { query: setQuery },
      responses: { 200: jsonResponse('A page of sets.', evaluationSetListSchema), ...extendErrors() },
    },
  },
  '/evaluation_sets/{evaluation_set_id}': {
    get: {
      tags,
      operationId: 'readEvaluationSet',
      summary: 'Read an evaluation set',
      requestParams: { path: setPath },
      responses: { 200: jsonResponse('The set.', evaluationSetSchema), ...extendErrors(404) },
    },
  },
  '/evaluation_sets/{evaluation_set_id}/items': {
    post: {
      tags,
      operationId: 'createEvaluationSetItems',
      summary: `Add up to ${maxItemsAtOnce} items, all or none`,
      requestParams: { path: setPath },
      requestBody: jsonBody(createEvaluationItemsSchema),
      responses: { 200: jsonResponse('The items, in order.', createdItemsSchema), ...extendErrors(404) },
    },
    get: {
      tags,
      operationId: 'listEvaluationSetItems',
      summary: 'List the items of an evaluation set',
      requestParams: { path: setPath, query: sortedPageQuery },
      responses: { 200: jsonResponse('A page of items.', evaluationItemListSchema), ...extendErrors(404) },
    },
  },
  '/evaluation_sets/{evaluation_set_id}/items/{item_id}': {
    get: {
      tags,
      operationId: 'readEvaluationSetItem',
      summary: 'Read an item',
      requestParams: { path: itemPath },
      responses: { 200: jsonResponse('The item.', evaluationItemSchema), ...extendErrors(404) },
    },
    post: {
      tags,
      operationId: 'updateEvaluationSetItem',
      summary: 'Replace what is expected of an item',
      requestParams: { path: itemPath },
      requestBody: jsonBody(updateEvaluationItemSchema),
      responses: { 200: jsonResponse('The item as it is now.', evaluationItemSchema), ...extendErrors(404) },
    },
    delete: {
      tags,
      operationId: 'deleteEvaluationSetItem',
      summary: 'Delete an item; its file stays',
      requestParams: { path: itemPath },
      responses: { 200: jsonResponse('It is gone.', deletedItemSchema), ...extendErrors(404) },
    },
  },
  '/evaluation_set_runs': {
    post: {
      tags,
      operationId: 'createEvaluationSetRun',
      summary: 'Measure a classifier by the items of an evaluation set',
      requestBody: jsonBody(createEvaluationRunSchema),
      responses: {
        200: jsonResponse('The run; its batch has the same id.', evaluationRunSchema),
        ...extendErrors(402, 404),
      },
    },
  },
  '/evaluation_set_runs/{run_id}': {
    get: {
      tags,
      operationId: 'readEvaluationSetRun',
      summary: 'Read a run of an evaluation set',
      requestParams: { path: z.object({ run_id: z.string().min(1) }) },
      responses: {
        200: jsonResponse('The run, measured when it has ended.', evaluationRunSchema),
        ...extendErrors(404),
      },
    },
  },
};
