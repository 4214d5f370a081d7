import { Agent, request } from 'undici';
import { ClassifierError } from '../domain/errors.ts';
import { parseAllowedNetworks, parseSourceUrl } from '../domain/source-url.ts';
import { createGuardedLookup, type ResolveHost } from './guarded-lookup.ts';
import { parseRetryAfter } from './retry-after.ts';
import { toSourceError } from './source-errors.ts';

export interface GuardedPostOptions {
  /** Networks, addresses and host names that may be reached although they are not public. */
  readonly allowedNetworks: readonly string[];
  /** From the name resolved to the head of the answer. */
  readonly timeoutMs: number;
  /** The URL's field in error sentences. */
  readonly field: string;
  /** Resolves names. Callers choose them, so it must block nobody (createResolveHost). */
  readonly resolveHost: ResolveHost;
}

export interface PostRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  readonly retryAfterMs?: number;
}

/**
 * Posts to a URL that a caller named and gives the status, whatever it is; the body of the answer is not read. Throws
 * `source_unreachable`, `source_forbidden`, `invalid_request` or `cancelled`.
 */
export type GuardedPost = (url: string, request: PostRequest) => Promise<PostAnswer>;

/**
 * The counterpart of createGuardedFetch for sending: the connection's own lookup checks the address. A redirect is an
 * answer like any other: what was signed for one receiver is not handed to the next.
 */
export function createGuardedPost({ allowedNetworks, timeoutMs, field, resolveHost }: GuardedPostOptions): GuardedPost {
  const allowed = parseAllowedNetworks(allowedNetworks);
  const lookup = createGuardedLookup(allowed, resolveHost, field);

  return async function post(address, { body, headers, signal: callerSignal }) {
    const url = parseSourceUrl(address, allowed, field);
    const timeout = AbortSignal.timeout(timeoutMs);
    const agent = new Agent({ connect: { lookup, timeout: timeoutMs }, headersTimeout: timeoutMs });
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher: agent,
        signal: AbortSignal.any([callerSignal, timeout]),
        headers: { 'user-agent': 'pigeonhole', ...headers },
        body,
      });
      // An unread body fails when its agent is destroyed; an unhandled error would end the process.
      response.body.on('error', ignore);
      const { 'retry-after': retryAfter } = response.headers;
      const retryAfterMs = parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, Date.now());
      return { status: response.statusCode, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    } catch (error) {
      if (!callerSignal.aborted && timeout.aborted) {
        const detail = `${field} did not answer within ${Math.round(timeoutMs / 100) / 10} s.`;
        throw new ClassifierError('source_unreachable', detail, { cause: new Error('post failed: timeout') });
      }
      const state = { field, totalTimeoutMs: timeoutMs, isCancelled: callerSignal.aborted, isTimedOut: false };
      throw toSourceError(error, state);
    } finally {
      void agent.destroy();
    }
  };
}

function ignore(): void {
  // The answer's head told all that is wanted.
}
