import type { Request } from 'express';
import type { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { parseBody } from '../shared/parse-body.ts';

/** Checks the JSON body of a request. Throws `invalid_request` naming the field, or saying that there is no JSON at all. */
export function parseJsonBody<T extends z.ZodType>(schema: T, request: Pick<Request, 'body' | 'get'>): z.output<T> {
  const body: unknown = request.body;
  if (body !== undefined) return parseBody(schema, body);
  const given = request.get('content-type')?.slice(0, 80);
  const seen = given === undefined ? 'none came' : `what came is "${given}" or empty`;
  throw new ClassifierError(
    'invalid_request',
    `The request body must be a JSON object with the content type application/json; ${seen}.`,
  );
}
