import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import { defaultTenant } from '../../domain/job.ts';
import { isLoopbackHost, isOwnRequest } from '../../domain/request-origin.ts';
import { requestContext } from './request-context.ts';

const missingKey = 'Invalid or missing API key: send it in the header api-key, or as Authorization: Bearer and the key';

export interface AuthenticationOptions {
  /** Hashes of keys and whose they are. None: every caller on this machine is the default tenant. */
  readonly apiKeys: readonly { readonly tenant: string; readonly sha256: string }[];
}

/**
 * Finds the tenant by the key in `api-key` (Unsiloed's header), `X-API-Key` or `Authorization: Bearer`. Without any key
 * set the server listens on loopback alone, and a web page that the user happens to visit must not use it either:
 * requests of another origin or for another host name (DNS rebinding) are refused.
 */
export function authenticate({ apiKeys }: AuthenticationOptions): RequestHandler {
  const known = apiKeys.map(({ tenant, sha256 }) => ({ tenant, hash: Buffer.from(sha256, 'hex') }));
  return (request, _response, next) => {
    const context = requestContext(request);
    context.tenant = known.length === 0 ? localCaller(request) : tenantOfKey(request, known);
    next();
  };
}

function tenantOfKey(request: Request, known: readonly { readonly tenant: string; readonly hash: Buffer }[]): string {
  // An empty header counts as none: generated clients send those that were not filled in.
  const key = request.get('api-key') || request.get('x-api-key') || bearerToken(request);
  if (key === undefined) {
    throw new ClassifierError('unauthorized', missingKey);
  }
  const hash = createHash('sha256').update(key).digest();
  // Every entry is compared, so that the time tells nothing about which one matched.
  let tenant: string | undefined;
  for (const entry of known) if (timingSafeEqual(entry.hash, hash)) tenant = entry.tenant;
  if (tenant === undefined) throw new ClassifierError('unauthorized', 'Invalid or missing API key');
  return tenant;
}

function bearerToken(request: Request): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
}

function localCaller(request: Request): string {
  if (!isOwnRequest(request.headers, isLoopbackHost)) throw refused();
  return defaultTenant;
}

function refused(): ClassifierError {
  return new ClassifierError(
    'unauthorized',
    'This server has no API keys and serves this machine alone: call it as http://localhost, or set API_KEYS',
  );
}
