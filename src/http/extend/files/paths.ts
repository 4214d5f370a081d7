import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { contentTypes } from '../../../domain/document.ts';
import { fileListSchema, fileSchema } from './schemas.ts';
import { deletedByIdSchema } from '../classify-runs/schemas.ts';
import { pageQuery } from '../queries.ts';
import { extendErrors } from '../responses.ts';
import { jsonResponse, publicResponse, problemResponses } from '../../openapi/responses.ts';

const tags = ['files'];

const filePath = z.object({ file_id: z.string().min(1).meta({ example: 'file_0198c7e2a4b01f3c9d5e7a8b4c2d1e0f' }) });
const flag = z.enum(['true', 'false']).optional();

const uploadQuery = z.object({
  convertToPdf: flag.meta({ description: 'Accepted; images and texts are classified as they are.' }),
});

const uploadForm = z.object({
  file: z.any().meta({
    override: {
      type: 'string',
      format: 'binary',
      description: 'PDF, JPG, PNG, GIF, WebP, BMP, TIFF, TXT, CSV, XML, HTML.',
    },
  }),
  password: z.string().optional().meta({ description: 'Opens an encrypted PDF; sealed in the store.' }),
});

const bytes = z.any().meta({ override: { type: 'string', format: 'binary' } });
const fileContents = Object.fromEntries(
  [...Object.values(contentTypes), 'application/octet-stream'].map((type) => [
    type.split(';')[0] ?? type,
    { schema: bytes },
  ]),
);

/** Extend's files. */
export const extendFilePaths: ZodOpenApiPathsObject = {
  '/files/upload': {
    post: {
      tags,
      operationId: 'uploadFile',
      summary: 'Upload a file',
      requestParams: { query: uploadQuery },
      requestBody: { required: true, content: { 'multipart/form-data': { schema: uploadForm } } },
      responses: { 200: jsonResponse('The file, which is in the store.', fileSchema), ...extendErrors() },
    },
  },
  '/files': {
    get: {
      tags,
      operationId: 'listFiles',
      summary: 'List files',
      requestParams: {
        query: pageQuery.extend({ nameContains: z.string().optional().meta({ description: 'Whatever the case.' }) }),
      },
      responses: { 200: jsonResponse('A page of files.', fileListSchema), ...extendErrors() },
    },
  },
  '/files/{file_id}': {
    get: {
      tags,
      operationId: 'readFile',
      summary: 'Read a file, with a link that opens it',
      requestParams: {
        path: filePath,
        query: z.object({
          rawText: flag.meta({ description: 'The text that runs have read in it.', deprecated: true }),
          markdown: flag.meta({ description: 'The same, page by page.', deprecated: true }),
          html: flag.meta({ description: 'Of no effect: only Word files have it.', deprecated: true }),
        }),
      },
      responses: { 200: jsonResponse('The file.', fileSchema), ...extendErrors(404) },
    },
    delete: {
      tags,
      operationId: 'deleteFile',
      summary: 'Delete a file; runs keep their results',
      requestParams: { path: filePath },
      responses: { 200: jsonResponse('It is gone.', deletedByIdSchema), ...extendErrors(404) },
    },
  },
  '/signed/files/{tenant}/{file_id}': {
    get: {
      tags,
      security: [],
      operationId: 'openFile',
      summary: 'What `presignedUrl` opens',
      requestParams: {
        path: filePath.extend({ tenant: z.string() }),
        query: z.object({ expires: z.string(), signature: z.string() }),
      },
      responses: {
        200: { ...publicResponse('The bytes of the file.', 'application/octet-stream', bytes), content: fileContents },
        ...problemResponses(404, 500, 503),
      },
    },
  },
};
