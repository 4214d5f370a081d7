import { pipeline, type Readable, type Transform } from 'node:stream';
import type { Logger } from 'pino';
import { Agent, request, type Dispatcher } from 'undici';
import { ClassifierError } from '../domain/errors.ts';
import { parseAllowedNetworks, parseSourceUrl, sourceForbidden } from '../domain/source-url.ts';
import { createBoundedStream } from './bounded-stream.ts';
import { createDecoder } from './content-decoding.ts';
import { createGuardedLookup, type ResolveHost } from './guarded-lookup.ts';
import { createRateGuard } from './rate-guard.ts';
import { parseRetryAfter } from './retry-after.ts';
import { toSourceError } from './source-errors.ts';

export interface GuardedFetchOptions {
  /** Networks, addresses and host names that may be reached although they are not public. */
  readonly allowedNetworks: readonly string[];
  readonly connectTimeoutMs: number;
  /** From the first name resolved to the last byte read, redirects included: also a server that drips is bounded. */
  readonly totalTimeoutMs: number;
  /** Least that the source must deliver once it has begun to, on average over `rateWindowMs`, as sent; 0: anything. */
  readonly minBytesPerSecond: number;
  /** 10 s by default. */
  readonly rateWindowMs?: number;
  readonly maxRedirects: number;
  /** The URL's field in error sentences. */
  readonly field?: string | undefined;
  /** Resolves names. Callers choose them, so it must block nobody (createResolveHost). */
  readonly resolveHost: ResolveHost;
  readonly logger?: Logger | undefined;
}

export interface Download {
  /** The bytes, decoded. Fails with a ClassifierError; destroying it closes the connection. */
  readonly stream: Readable;
  /** As the server declares it; not to be believed. */
  readonly contentType?: string;
  /** After redirects, without the query. */
  readonly finalUrl: string;
}

export interface GuardedFetch {
  /** Checks a URL without opening a connection. Throws `invalid_request` or `source_forbidden`. */
  assertAddressable(url: string): void;
  /**
   * Fetches what is at a URL that a caller named. Throws `source_*`, `payload_too_large`, `invalid_request`,
   * `cancelled`.
   */
  download(url: string, options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<Download>;
}

/**
 * The one place that opens connections to addresses that callers name. Every connection is made to an address that was
 * checked, not to a name that was: the check is the connection's own lookup, so no second answer of DNS can follow it.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { connectTimeoutMs, totalTimeoutMs, minBytesPerSecond, rateWindowMs = 10_000 } = options;
  const { maxRedirects, field = 'file_url', logger } = options;
  const allowed = parseAllowedNetworks(options.allowedNetworks);
  const lookup = createGuardedLookup(allowed, options.resolveHost, field);

  async function open(url: URL, signal: AbortSignal): Promise<{ agent: Agent; response: Dispatcher.ResponseData }> {
    const agent = new Agent({
      connect: { lookup, timeout: connectTimeoutMs },
      headersTimeout: totalTimeoutMs,
      bodyTimeout: totalTimeoutMs,
    });
    try {
      const response = await request(url, { dispatcher: agent, signal, headers: requestHeaders });
      // An unread body fails when its agent is destroyed; an unhandled error would end the process.
      response.body.on('error', ignore);
      return { agent, response };
    } catch (error) {
      void agent.destroy();
      throw error;
    }
  }

  /** A fresh agent for each hop: no connection of an earlier one is used again, so each address is checked. */
  async function follow(
    first: URL,
    signal: AbortSignal,
  ): Promise<{ url: URL; agent: Agent; response: Dispatcher.ResponseData }> {
    let url = first;
    for (let redirects = 0; ; redirects++) {
      const { agent, response } = await open(url, signal);
      const location = isRedirect(response.statusCode) ? headerOf(response, 'location') : undefined;
      if (location === undefined) return { url, agent, response };
      void agent.destroy();
      if (redirects >= maxRedirects) {
        const detail = `${field} redirects more than ${maxRedirects} times.`;
        throw new ClassifierError('source_unreachable', detail, { retryable: false });
      }
      url = parseRedirect(location, url);
    }
  }

  function parseRedirect(location: string, from: URL): URL {
    const target = URL.parse(location, from.href);
    if (!target) throw sourceForbidden(field);
    try {
      return parseSourceUrl(target.href, allowed, field);
    } catch (error) {
      throw error instanceof ClassifierError ? sourceForbidden(field) : error;
    }
  }

  /** Counts the bytes as sent: they may decode to far more. */
  function rateGuards(): Transform[] {
    if (minBytesPerSecond === 0) return [];
    const seconds = rateWindowMs / 1000;
    const detail = `${field} delivers too slowly: less than ${minBytesPerSecond} bytes in a second, over ${seconds} s.`;
    const tooSlow = (): Error => new ClassifierError('source_unreachable', detail);
    return [createRateGuard({ minBytesPerSecond, windowMs: rateWindowMs, tooSlow })];
  }

  return {
    assertAddressable: (url) => void parseSourceUrl(url, allowed, field),
    async download(address, { maxBytes, signal: callerSignal }) {
      const parsed = parseSourceUrl(address, allowed, field);
      const timeout = AbortSignal.timeout(totalTimeoutMs);
      const signal = AbortSignal.any([callerSignal, timeout]);
      const toError = (error: unknown): ClassifierError =>
        toSourceError(error, { field, totalTimeoutMs, isCancelled: callerSignal.aborted, isTimedOut: timeout.aborted });
      const hop = await follow(parsed, signal).catch((error: unknown) => {
        throw toError(error);
      });
      const { url, agent, response } = hop;
      const finalUrl = `${url.origin}${url.pathname}`;
      const contentType = headerOf(response, 'content-type');
      try {
        assertSuccess(response, field);
        const declared = Number(headerOf(response, 'content-length') ?? 0);
        const stream = createBoundedStream({ maxBytes, field, toError, onClose: () => void agent.destroy() });
        if (declared > maxBytes) throw stream.tooLarge();
        const decoder = createDecoder(headerOf(response, 'content-encoding'), field);
        pipeline([response.body, ...rateGuards(), ...decoder, stream.writable], ignore);
        return { stream: stream.writable, finalUrl, ...(contentType === undefined ? {} : { contentType }) };
      } catch (error) {
        logger?.info({ host: url.host, status: response.statusCode }, 'source was refused');
        void agent.destroy();
        throw toError(error);
      }
    },
  };
}

/** `identity`, because PDFs and images are compressed already; servers that compress all the same are understood. */
const requestHeaders = { 'user-agent': 'pigeonhole', accept: '*/*', 'accept-encoding': 'identity' } as const;

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** 408, 425, 429 and 5xx may pass; every other refusal is the server's last word on this URL. */
function assertSuccess(response: Dispatcher.ResponseData, field: string): void {
  const { statusCode } = response;
  if (statusCode === 200 || statusCode === 203) return;
  const retryable = [408, 425, 429].includes(statusCode) || statusCode >= 500;
  throw new ClassifierError('source_unreachable', `${field} answered with HTTP ${statusCode}.`, {
    retryable,
    retryAfterMs: retryable ? parseRetryAfter(headerOf(response, 'retry-after'), Date.now()) : undefined,
  });
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function ignore(): void {
  // The returned stream reports the outcome.
}
