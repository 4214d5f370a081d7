import OpenAI, { APIConnectionError, APIError } from 'openai';
import { systemCodeOf } from './model-errors.ts';

export interface EndpointOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
}

/** Why an endpoint would answer no question at all; `code` is the system's, such as `ECONNREFUSED`. */
export type EndpointProblem =
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'unauthorized' };

/**
 * Asks an endpoint for its list of models, which costs nothing. Only what no request could overcome is a problem: a server that keeps
 * no such list may still judge pages.
 */
export async function findEndpointProblem(options: EndpointOptions): Promise<EndpointProblem | undefined> {
  const { apiKey, baseUrl, timeoutMs } = options;
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: 'off',
  });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await client.models.list({ signal });
  } catch (error) {
    if (signal.aborted) return { kind: 'unreachable', code: `no answer within ${timeoutMs / 1000} s` };
    if (error instanceof APIConnectionError) return { kind: 'unreachable', code: systemCodeOf(error) };
    if (error instanceof APIError && error.status === 401) return { kind: 'unauthorized' };
  }
  return undefined;
}
