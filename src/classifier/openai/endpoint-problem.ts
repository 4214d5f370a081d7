import { APIConnectionError, APIError } from 'openai';
import { createModelClient, type Endpoint } from './model-client.ts';
import { systemCodeOf } from './model-errors.ts';
import { redirectTarget } from './operator-faults.ts';

/** Why an endpoint would answer no question at all; `code` is the system's, such as `ECONNREFUSED`. */
export type EndpointProblem =
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'unauthorized' }
  /** `to` is the host that it names. */
  | { readonly kind: 'redirect'; readonly to: string }
  /** The answer is not a model server's: a web page, or JSON without a list. */
  | { readonly kind: 'other' };

/**
 * Asks an endpoint for its list of models, which costs nothing. Only what no request could overcome is a problem: a
 * server that keeps no such list may still judge pages.
 */
export async function findEndpointProblem(endpoint: Endpoint): Promise<EndpointProblem | undefined> {
  const { timeoutMs } = endpoint;
  // The signal is the clock; the client's own must not be first, for it does not say that it was the time.
  const client = createModelClient({ ...endpoint, timeoutMs: 2 * timeoutMs });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await client.models.list({ signal }).asResponse();
    return isModelList(await response.text()) ? undefined : { kind: 'other' };
  } catch (error) {
    if (signal.aborted) return { kind: 'unreachable', code: `no answer within ${timeoutMs / 1000} s` };
    if (error instanceof APIConnectionError) return { kind: 'unreachable', code: systemCodeOf(error) };
    if (error instanceof APIError && error.status === 401) return { kind: 'unauthorized' };
    if (error instanceof APIError && (error.status ?? 0) < 400) {
      return { kind: 'redirect', to: redirectTarget(error.headers?.get('location') ?? null, endpoint.baseUrl) };
    }
  }
  return undefined;
}

function isModelList(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) || (typeof value === 'object' && value !== null && !('error' in value));
  } catch {
    return false;
  }
}
