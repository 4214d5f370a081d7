import type { Request } from 'express';
import type { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { toPointer } from '../../domain/field-error.ts';
import { isTooDeep, maxJsonDepth } from '../shared/json-shape.ts';

/**
 * Checks the JSON body of a request. Throws `invalid_request` naming the field, or saying that there is no JSON at all.
 */
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

const shownProblems = 20;
/** How many the sentence names. */
const toldProblems = 5;

/**
 * Checks a JSON body. Throws `invalid_request` whose sentence names the fields that are wrong, and whose `errors` name
 * them by JSON pointer (RFC 6901). Values that were seen are not repeated: they may be secrets.
 */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, shownProblems).map(({ path, message }) => ({
    pointer: path.length === 0 ? '/' : toPointer(path),
    detail: message,
  }));
  const told = errors.slice(0, toldProblems).map(({ pointer, detail }) => `${fieldAt(pointer)}: ${detail}`);
  const untold = parsed.error.issues.length - told.length;
  const more = untold > 0 ? ` (and ${untold} more)` : '';
  throw new ClassifierError('invalid_request', `${told.join('; ')}${more}`, { errors });
}

function fieldAt(pointer: string): string {
  return pointer === '/' ? 'The request body' : pointer.slice(1).replaceAll('/', '.');
}
