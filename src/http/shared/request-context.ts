import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import { isRequestId } from '../../domain/request-id.ts';
import type { Logger } from '../../logger.ts';

export class RequestContext {
  readonly requestId: string;
  /** Set once the key is known to be good. */
  tenant: string | undefined = undefined;
  jobId: string | undefined = undefined;
  readonly #logger: Logger;

  constructor(requestId: string, logger: Logger) {
    this.requestId = requestId;
    this.#logger = logger;
  }

  /** The ids that every log line of the request has. */
  get names(): { readonly requestId: string; readonly jobId?: string } {
    const { requestId, jobId } = this;
    return jobId === undefined ? { requestId } : { requestId, jobId };
  }

  /**
   * Bound to the names. Made when it is wanted: most requests log one line, which a logger of their own would cost
   * again.
   */
  get log(): Logger {
    return this.#logger.child(this.names);
  }
}

declare global {
  // Express's own place for what middleware knows of a request. A WeakMap would be tidier, but the collector pays for
  // each entry.
  namespace Express {
    interface Request {
      context?: RequestContext;
    }
  }
}

/** The status that proxies log when a connection ends before its answer; the response itself would say 200. */
const noAnswer = 499;

/**
 * Gives every request an id, echoed in `x-request-id`, and writes one log line when the answer is out or the client has
 * gone. Logs successful reads at `debug`: clients poll every second, and changes and failures would drown.
 */
export function withRequestContext(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    // A caller's own id is kept, so that both sides can search for the same one.
    const requestId = isRequestId(given) ? given : randomUUID();
    const context = new RequestContext(requestId, logger);
    request.context = context;
    response.setHeader('X-Request-Id', requestId);
    const startedAt = performance.now();
    response.once('close', () => {
      const isAborted = !response.writableFinished;
      const level = isAborted || response.statusCode >= 400 || !isRead(request) ? 'info' : 'debug';
      if (isProbe(request) || !logger.isLevelEnabled(level)) return;
      const { names, tenant } = context;
      const { method, path } = request;
      const durationMs = Math.round(performance.now() - startedAt);
      const status = isAborted && !response.headersSent ? noAnswer : response.statusCode;
      const fields = { ...names, method, path, status, durationMs, tenant };
      if (isAborted) logger.info({ ...fields, aborted: true }, 'request aborted');
      else logger[level](fields, 'request answered');
    });
    next();
  };
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Probes come every few seconds and say nothing when they succeed. */
function isProbe({ path }: Request): boolean {
  return path === '/livez' || path === '/readyz' || path === '/healthz';
}

export function requestContext({ context }: Express.Request): RequestContext {
  if (!context) throw new Error('withRequestContext must run first');
  return context;
}

/** The tenant of a request that passed `authenticate`. */
export function tenantOf(request: Express.Request): string {
  const { tenant } = requestContext(request);
  if (tenant === undefined) throw new ClassifierError('unauthorized', 'Invalid or missing API key');
  return tenant;
}

/** Every later line of this request names the job. */
export function bindJobId(request: Express.Request, jobId: string): void {
  requestContext(request).jobId = jobId;
}

/** The job of a request that `bindJobId` has named. */
export function boundJobId(request: Express.Request): string {
  const { jobId } = requestContext(request);
  if (jobId === undefined) throw new Error('the request has no job id yet');
  return jobId;
}
