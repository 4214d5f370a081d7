import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import type { Logger } from '../../logger.ts';

export interface RequestContext {
  readonly requestId: string;
  /** Bound to the request id; handlers bind the job id too. */
  log: Logger;
  /** Set once the key is known to be good. */
  tenant?: string;
}

const contexts = new WeakMap<object, RequestContext>();

/** A caller's own id is kept when it is short and harmless, so that both sides can search for the same one. */
const acceptableRequestId = /^[\w.:-]{1,128}$/;

/** Gives every request an id, echoed in `x-request-id`, and writes one log line when its answer is out. */
export function withRequestContext(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    const requestId = given !== undefined && acceptableRequestId.test(given) ? given : randomUUID();
    const context: RequestContext = { requestId, log: logger.child({ requestId }) };
    contexts.set(request, context);
    response.set('X-Request-Id', requestId);
    const startedAt = performance.now();
    response.once('close', () => {
      if (isProbe(request)) return;
      const { log, tenant } = context;
      const { method, path } = request;
      const durationMs = Math.round(performance.now() - startedAt);
      const fields = { method, path, status: response.statusCode, durationMs, tenant };
      log.info(fields, response.writableFinished ? 'request answered' : 'request aborted by the client');
    });
    next();
  };
}

/** Probes come every few seconds and say nothing when they succeed. */
function isProbe({ path }: Request): boolean {
  return path === '/livez' || path === '/readyz' || path === '/healthz';
}

export function requestContext(request: object): RequestContext {
  const context = contexts.get(request);
  if (!context) throw new Error('withRequestContext must run first');
  return context;
}

/** The tenant of a request that passed `authenticate`. */
export function tenantOf(request: object): string {
  const { tenant } = requestContext(request);
  if (tenant === undefined) throw new ClassifierError('unauthorized', 'Invalid or missing API key');
  return tenant;
}

/** Every later line of this request names the job. */
export function bindJobId(request: object, jobId: string): void {
  const context = requestContext(request);
  context.log = context.log.child({ jobId });
}
