import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { ClassifierError } from '../../domain/errors.ts';
import { tenantOf } from './request-context.ts';

export interface RateLimitOptions {
  /** Requests of one tenant in a minute; 0: as many as they like. Each process counts for itself. */
  readonly perMinute: number;
}

const windowMs = 60_000;

/**
 * Answers 429 to a tenant who asks too often, and tells everyone what is left (draft-ietf-httpapi-ratelimit-headers-08).
 * Only behind `authenticate`: addresses say little behind a proxy, and a key belongs to somebody.
 */
export function limitRate({ perMinute }: RateLimitOptions): RequestHandler {
  if (perMinute === 0) return (_request, _response, next) => next();
  return rateLimit({
    windowMs,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'requests',
    keyGenerator: (request) => tenantOf(request),
    handler: (_request, response) => {
      throw new ClassifierError('rate_limited', `Too many requests: at most ${perMinute} in a minute are answered`, {
        retryAfterMs: secondsToWait(response.getHeader('retry-after')) * 1000,
      });
    },
  });
}

/** The library has set it before it asks for an answer. */
function secondsToWait(header: unknown): number {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : windowMs / 1000;
}
