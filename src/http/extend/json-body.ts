import type { Request } from 'express';
import type { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { isTooDeep, maxJsonDepth } from '../shared/json-depth.ts';

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

const shownProblems = 20;

/**
 * Checks a JSON body. Throws `invalid_request` whose sentence names the first field that is wrong, and whose `errors` name all of them by JSON
 * pointer (RFC 6901). Values that were seen are not repeated: they may be secrets.
 */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, shownProblems).map(({ path, message }) => ({
    pointer: path.length === 0 ? '/' : path.map((part) => `/${escapePointer(String(part))}`).join(''),
    detail: message,
  }));
  const [first] = errors;
  const field =
    first === undefined || first.pointer === '/' ? 'The request body' : first.pointer.slice(1).replaceAll('/', '.');
  throw new ClassifierError('invalid_request', `${field}: ${first?.detail ?? 'is not valid'}`, { errors });
}

function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
