import { APIConnectionError, APIError } from 'openai';
import { createModelClient, type Endpoint } from './model-client.ts';
import { systemCodeOf } from './model-errors.ts';

/** Why an endpoint would answer no question at all; `code` is the system's, such as `ECONNREFUSED`. */
export type EndpointProblem =
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'unauthorized' };

/**
 * Asks an endpoint for its list of models, which costs nothing. Only what no request could overcome is a problem: a server that keeps
 * no such list may still judge pages.
 */
export async function findEndpointProblem(endpoint: Endpoint): Promise<EndpointProblem | undefined> {
  const { timeoutMs } = endpoint;
  // The signal is the clock; the client's own must not be first, for it does not say that it was the time.
  const client = createModelClient({ ...endpoint, timeoutMs: 2 * timeoutMs });
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
