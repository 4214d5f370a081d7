import { ExtendClient, ExtendError } from 'extend-ai';
import { z } from 'zod';
import { errorBodySchema, type ErrorBody } from '../../src/http/extend/error-schemas.ts';

/** The real client; it does not try again, so that a test sees each answer. */
export function extendClient(baseUrl: string, token: string): ExtendClient {
  return new ExtendClient({ baseUrl, token, maxRetries: 0 });
}

/**
 * What a call of the client that must fail is answered with: the status, the name of the client's own class, and the
 * body.
 */
export async function extendErrorOf(
  call: PromiseLike<unknown>,
): Promise<ErrorBody & { readonly status: number | undefined; readonly name: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ExtendError)) throw error;
    return { status: error.statusCode, name: error.constructor.name, ...errorBodySchema.parse(error.body) };
  }
  throw new Error('the call did not fail');
}

/** A request that the client itself would never send. */
export async function sendRaw(
  url: string,
  token: string,
  { method = 'POST', contentType = 'application/json', body }: RawRequest = {},
): Promise<{ readonly status: number; readonly body: ErrorBody }> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'x-extend-api-version': '2026-02-09',
      ...(contentType !== null && { 'content-type': contentType }),
    },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, body: z.parse(errorBodySchema, await response.json()) };
}

export interface RawRequest {
  readonly method?: string;
  /** `null` for none. */
  readonly contentType?: string | null;
  readonly body?: string;
}
