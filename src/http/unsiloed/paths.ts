import type { ZodOpenApiContentObject, ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import {
  deletedSchema,
  jobListSchema,
  jobSchema,
  jobWithDetailsSchema,
  rerunSubmittedSchema,
  submittedSchema,
} from './schemas.ts';
import { rerunRequestBody } from '../operations/rerun-paths.ts';
import { always, inBothContracts, jsonResponse, problemResponses, retryAfter } from '../openapi/responses.ts';
import {
  idempotencyHeaders,
  jobPath,
  jobQuery,
  listQuery,
  pagePath,
  submissionFields,
  submissionForm,
} from '../openapi/request-schemas.ts';

const tags = ['classify'];

/** The other contract's requests and answers at `POST /classify`. */
export interface OtherContract {
  readonly body: ZodOpenApiContentObject;
  readonly responses: Readonly<Record<string, ZodOpenApiResponseObject>>;
}

/** Unsiloed's `/classify`, and what it has beyond that. */
export const classifyPaths = (synchronousRun: OtherContract): ZodOpenApiPathsObject => ({
  '/classify': {
    post: {
      tags,
      operationId: 'classify',
      summary: "Submit a document; with a body of JSON (Extend's contract) wait for its run",
      requestParams: { header: idempotencyHeaders },
      requestBody: {
        required: true,
        content: {
          'multipart/form-data': { schema: submissionForm },
          'application/x-www-form-urlencoded': { schema: submissionFields },
          ...synchronousRun.body,
        },
      },
      responses: inBothContracts(synchronousRun.responses, {
        202: jsonResponse('The job is accepted and cannot be lost any more.', submittedSchema, {
          ...retryAfter,
          Location: { description: 'Where the job can be read.', schema: { type: 'string' } },
        }),
        ...problemResponses(...always, 402, 413, 415, 422),
      }),
    },
    get: {
      tags,
      operationId: 'listJobs',
      summary: 'List jobs, newest first',
      requestParams: { query: listQuery },
      responses: { 200: jsonResponse('A page of jobs.', jobListSchema), ...problemResponses(...always) },
    },
  },
  '/classify/{job_id}': {
    get: {
      tags,
      operationId: 'readJob',
      summary: 'Read a job, or wait for its end',
      requestParams: { path: jobPath, query: jobQuery },
      responses: {
        200: jsonResponse('The job. `Retry-After` is there while it is not finished.', jobWithDetailsSchema),
        ...problemResponses(...always, 404),
      },
    },
    delete: {
      tags,
      operationId: 'deleteJob',
      summary: 'Delete a job with its document and result; a running one is cancelled first',
      requestParams: { path: jobPath },
      responses: { 200: jsonResponse('It is gone.', deletedSchema), ...problemResponses(...always, 404) },
    },
  },
  '/classify/{job_id}/cancel': {
    post: {
      tags,
      operationId: 'cancelJob',
      summary: 'Cancel a job',
      requestParams: { path: jobPath },
      responses: {
        200: jsonResponse('The job was finished already and stays as it is.', jobSchema),
        202: jsonResponse('The job as it was; it ends within seconds.', jobSchema),
        ...problemResponses(...always, 404),
      },
    },
  },
  '/classify/{job_id}/rerun': {
    post: {
      tags,
      operationId: 'rerunJob',
      summary: 'Run again a job that is over, as a job of its own with the same document',
      requestParams: { path: jobPath, header: idempotencyHeaders },
      requestBody: rerunRequestBody,
      responses: {
        202: jsonResponse(
          'The job that repeats it is accepted. Asked again within minutes, it is the same job, unless that failed.',
          rerunSubmittedSchema,
          { ...retryAfter, Location: { description: 'Where the job can be read.', schema: { type: 'string' } } },
        ),
        ...problemResponses(...always, 402, 404, 413, 415, 422),
      },
    },
  },
  '/classify/{job_id}/pages/{page}/image': {
    get: {
      tags,
      operationId: 'readPageImage',
      summary: 'A page as the classifier saw it',
      requestParams: { path: pagePath },
      responses: {
        200: {
          description: 'A JPEG.',
          content: { 'image/jpeg': { schema: { type: 'string', contentMediaType: 'image/jpeg' } } },
        },
        ...problemResponses(...always, 404),
      },
    },
  },
});
