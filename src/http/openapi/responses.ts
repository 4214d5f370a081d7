import type { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { problemSchema, quotaProblemSchema } from '../shared/schemas.ts';

type HeaderFacts = { description: string; schema: { type: 'string'; pattern?: string } };
type Headers = Record<string, HeaderFacts>;

/** On every answer. */
const requestId: Headers = {
  'X-Request-Id': {
    description: "The request's id, to be named to the operator; a short one of the caller's own is kept.",
    schema: { type: 'string' },
  },
};

/** On every answer to a caller with a key, unless the operator has switched the limit off. */
const rateLimit: Headers = {
  RateLimit: { description: 'What is left of the present minute (IETF draft 8).', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'How many requests a minute has (IETF draft 8).', schema: { type: 'string' } },
};

export const retryAfter: Headers = {
  'Retry-After': {
    description: 'Seconds until asking again is of use.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
};

const meanings = {
  400: 'Something in the request must be mended; `errors` names the fields.',
  401: 'The API key is missing or wrong.',
  402: 'The quota of this calendar month is used up.',
  404: 'There is no such job, or it belongs to somebody else.',
  413: 'The document or the form is too large.',
  415: 'The bytes are no document of a known kind, or the request has another content type than can be read.',
  422: 'The Idempotency-Key was used with another request, or the document of the job was deleted.',
  429: 'Too many requests of this tenant.',
  500: 'A defect. The log has its cause under the request id.',
  503: 'The store or Temporal cannot be reached; try again.',
} as const;

type ProblemStatus = keyof typeof meanings;

/** Everybody who sends a key may get one of these. */
export const always = [400, 401, 429, 500, 503] as const;

/** The problems that an operation can answer with. */
export function problemResponses(...statuses: readonly ProblemStatus[]): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(statuses.map((status) => [String(status), problem(status)]));
}

function problem(status: ProblemStatus): ZodOpenApiResponseObject {
  const schema = status === 402 ? quotaProblemSchema : problemSchema;
  const mayReturn = status === 429 || status === 503;
  return {
    description: meanings[status],
    headers: { ...requestId, ...(mayReturn && retryAfter) },
    content: { 'application/problem+json': { schema } },
  };
}

/** An answer in JSON to a caller with a key. */
export function jsonResponse(description: string, schema: z.ZodType, headers: Headers = {}): ZodOpenApiResponseObject {
  return {
    description,
    headers: { ...requestId, ...rateLimit, ...headers },
    content: { 'application/json': { schema } },
  };
}

/** An answer that anybody gets. */
export function publicResponse(
  description: string,
  mediaType: string,
  schema: z.ZodType,
  headers: Headers = {},
): ZodOpenApiResponseObject {
  return { description, headers: { ...requestId, ...headers }, content: { [mediaType]: { schema } } };
}

/**
 * The answers of an operation that two contracts have: where both answer with one status, the media type tells them
 * apart.
 */
export function inBothContracts(
  first: Readonly<Record<string, ZodOpenApiResponseObject>>,
  second: Readonly<Record<string, ZodOpenApiResponseObject>>,
): ZodOpenApiResponsesObject {
  const shared = Object.entries(second).map(([status, answer]) => {
    const other = first[status];
    return [status, other ? { ...answer, content: { ...other.content, ...answer.content } } : answer] as const;
  });
  return { ...first, ...Object.fromEntries(shared) };
}

/** A JSON body that must be there. */
export function jsonBody(schema: z.ZodType) {
  return { required: true, content: { 'application/json': { schema } } };
}
