import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  classifierListSchema,
  classifierSchema,
  classifierVersionListSchema,
  classifierVersionSchema,
  createClassifierSchema,
  publishVersionSchema,
  updateClassifierSchema,
} from './schemas.ts';
import { pageQuery, sortedPageQuery } from '../queries.ts';
import { extendErrors } from '../responses.ts';
import { jsonBody, jsonResponse } from '../../openapi/responses.ts';

const tags = ['classifiers'];

const classifierPath = z.object({ classifier_id: z.string().min(1).meta({ example: 'cl_0198c7e2a4b01f3c9d5e7a8b' }) });

const versionPath = classifierPath.extend({
  version: z
    .string()
    .min(1)
    .meta({ description: '`draft`, `latest`, a number such as `1.0`, or the id of a version.' }),
});

/** Extend's classifiers: what a document is to be told apart by, kept under a name and in versions. */
export const extendClassifierPaths: ZodOpenApiPathsObject = {
  '/classifiers': {
    post: {
      tags,
      operationId: 'createClassifier',
      summary: 'Create a classifier',
      requestBody: jsonBody(createClassifierSchema),
      responses: { 200: jsonResponse('The classifier with its draft.', classifierSchema), ...extendErrors(404) },
    },
    get: {
      tags,
      operationId: 'listClassifiers',
      summary: 'List classifiers',
      requestParams: { query: sortedPageQuery },
      responses: { 200: jsonResponse('A page of classifiers.', classifierListSchema), ...extendErrors() },
    },
  },
  '/classifiers/{classifier_id}': {
    get: {
      tags,
      operationId: 'readClassifier',
      summary: 'Read a classifier',
      requestParams: { path: classifierPath },
      responses: { 200: jsonResponse('The classifier with its draft.', classifierSchema), ...extendErrors(404) },
    },
    post: {
      tags,
      operationId: 'updateClassifier',
      summary: 'Rename a classifier, or replace the configuration of its draft',
      requestParams: { path: classifierPath },
      requestBody: jsonBody(updateClassifierSchema),
      responses: { 200: jsonResponse('The classifier as it is now.', classifierSchema), ...extendErrors(404) },
    },
  },
  '/classifiers/{classifier_id}/versions': {
    post: {
      tags,
      operationId: 'publishClassifierVersion',
      summary: 'Publish the draft as the next version',
      requestParams: { path: classifierPath },
      requestBody: jsonBody(publishVersionSchema),
      responses: {
        200: jsonResponse('The version, which never changes.', classifierVersionSchema),
        ...extendErrors(404),
      },
    },
    get: {
      tags,
      operationId: 'listClassifierVersions',
      summary: 'List the versions of a classifier, the draft first',
      requestParams: { path: classifierPath, query: pageQuery },
      responses: { 200: jsonResponse('A page of versions.', classifierVersionListSchema), ...extendErrors(404) },
    },
  },
  '/classifiers/{classifier_id}/versions/{version}': {
    get: {
      tags,
      operationId: 'readClassifierVersion',
      summary: 'Read a version of a classifier',
      requestParams: { path: versionPath },
      responses: { 200: jsonResponse('The version.', classifierVersionSchema), ...extendErrors(404) },
    },
  },
};
