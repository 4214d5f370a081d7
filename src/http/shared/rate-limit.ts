import type { Request, RequestHandler, Response } from 'express';
import { rateLimit, type RateLimitInfo } from 'express-rate-limit';
import { ClassifierError } from '../../domain/errors.ts';
import { tenantOf } from './request-context.ts';

export interface RateLimitOptions {
  /** Requests of one tenant in a minute; 0: as many as they like. Each process counts for itself. */
  readonly perMinute: number;
}

const windowMs = 60_000;

/**
 * Answers 429 to a tenant who asks too often, and tells everyone what is left
 * (draft-ietf-httpapi-ratelimit-headers-08). Only behind `authenticate`: addresses say little behind a proxy, and a key
 * belongs to somebody.
 */
export function limitRate({ perMinute }: RateLimitOptions): RequestHandler[] {
  if (perMinute === 0) return [];
  const policy = `"requests"; q=${perMinute}; w=${windowMs / 1000}`;
  const tellLimit = ({ rateLimit: info }: LimitedRequest, response: Response): number => {
    const seconds = secondsUntil(info?.resetTime);
    response.setHeader('RateLimit', `"requests"; r=${info?.remaining ?? 0}; t=${seconds}`);
    response.setHeader('RateLimit-Policy', policy);
    return seconds;
  };
  const count = rateLimit({
    windowMs,
    limit: perMinute,
    // The library's own headers carry a hash of the tenant that it computes anew for each request.
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (request) => tenantOf(request),
    handler: (request, response) => {
      const retryAfterMs = tellLimit(request, response) * 1000;
      throw new ClassifierError(
        'rate_limited',
        `Too many requests: at most ${perMinute} in a minute ${perMinute === 1 ? 'is' : 'are'} answered`,
        {
          retryAfterMs,
        },
      );
    },
  });
  const tell: RequestHandler = (request, response, next) => {
    tellLimit(request, response);
    next();
  };
  return [count, tell];
}

type LimitedRequest = Request & { readonly rateLimit?: RateLimitInfo };

function secondsUntil(time: Date | undefined): number {
  if (!time) return windowMs / 1000;
  return Math.max(0, Math.ceil((time.getTime() - Date.now()) / 1000));
}
