import type { Request } from 'express';
import type { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { isTooDeep, maxJsonDepth } from '../shared/json-depth.ts';
import { parseBody } from '../shared/parse-body.ts';

/** Checks the JSON body of a request. Throws `invalid_request` naming the field, or saying that there is no JSON at all. */
export function parseJsonBody<T extends z.ZodType>(schema: T, request: Pick<Request, 'body' | 'get'>): z.output<T> {
  const body: unknown = request.body;
  if (body === undefined) throw notJson(request.get('content-type')?.slice(0, 80));
  if (isTooDeep(body)) {
    throw new ClassifierError(
      'invalid_request',
      `The request body must not be nested more deeply than ${maxJsonDepth} levels.`,
    );
  }
  return parseBody(schema, body);
}

function notJson(contentType: string | undefined): ClassifierError {
  const seen = contentType === undefined ? 'none came' : `what came is "${contentType}" or empty`;
  return new ClassifierError(
    'invalid_request',
    `The request body must be a JSON object with the content type application/json; ${seen}.`,
  );
}
