import type { ZodOpenApiResponseObject } from 'zod-openapi';
import { errorBodySchema } from './error-schemas.ts';
import { jsonResponse, retryAfter } from '../openapi/responses.ts';

const meanings = {
  400: 'Something in the request must be mended; the sentence names the field.',
  401: 'The API key is missing or wrong.',
  402: 'The quota of this calendar month is used up.',
  404: 'There is no such thing, or it belongs to somebody else.',
  422: 'The run is not over after as long as a request may wait; it goes on, and the sentence says how to read it.',
  429: 'Too many requests of this tenant.',
  500: 'A defect. The log has its cause under the request id.',
  503: 'The store or Temporal cannot be reached; try again.',
} as const;

type ErrorStatus = keyof typeof meanings;

/** Everybody who sends a key may get one of these. */
const always = [400, 401, 429, 500, 503] as const;

/** The errors that an operation of Extend's contract can answer with, beside those that every one can. */
export function extendErrors(...more: readonly ErrorStatus[]): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    [...always, ...more].map((status) => {
      const headers = status === 429 || status === 503 ? retryAfter : {};
      return [String(status), jsonResponse(meanings[status], errorBodySchema, headers)];
    }),
  );
}
