import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { ClassifierError, errorFacts, normalizeError, type QuotaUse } from '../../domain/errors.ts';
import { fromBodyParser } from './body-parser-errors.ts';
import { requestContext } from './request-context.ts';

export const problemType = 'application/problem+json';

/** Seconds after which a client may try again what failed for want of a server, when nothing more exact is known. */
const defaultRetryAfterSeconds = 5;

/**
 * Answers with problem details (RFC 9457), whose `detail` is also what Unsiloed's clients read. Our own errors keep
 * their sentence; anything else is `internal` with a generic one, and its cause goes to the log alone.
 */
export const problemHandler: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  const { log } = requestContext(request);
  const problem = problemOf(error, request);
  const { status } = errorFacts[problem.code];
  if (status >= 500) log.error({ code: problem.code, error: problem.cause ?? problem }, 'request failed');
  // The head is already sent: end the connection, so that nobody takes half a body for a whole one.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendProblem(response, problem, requestContext(request).requestId);
};

export const notFoundHandler: RequestHandler = (request) => {
  throw new ClassifierError('not_found', `No such path: ${request.method} ${request.path}`);
};

/** Turns errors of ours, of express and of body parsers into one of ours. */
export function problemOf(error: unknown, request: Request): ClassifierError {
  return normalizeError(fromBodyParser(error, request) ?? error);
}

/** The headers that tell a client when, or how, to try again. */
export function setRetryHeaders(response: Response, status: number, { retryAfterMs }: ClassifierError): void {
  if (status === 429 || status === 503) {
    const seconds = retryAfterMs === undefined ? defaultRetryAfterSeconds : Math.ceil(retryAfterMs / 1000);
    response.set('Retry-After', String(seconds));
  }
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
}

/** The body of an answer with problem details. */
export function problemBody({ code, detail, quota, errors }: ClassifierError, requestId: string) {
  const { status, title } = errorFacts[code];
  return {
    type: `/docs/errors#${code}`,
    title,
    status,
    detail: quota ? quotaDetail(detail, quota) : detail,
    code,
    request_id: requestId,
    ...(errors.length > 0 && { errors }),
  };
}

function sendProblem(response: Response, problem: ClassifierError, requestId: string): void {
  const { status } = errorFacts[problem.code];
  setRetryHeaders(response, status, problem);
  response.status(status).type(problemType).json(problemBody(problem, requestId));
}

/** The one detail that is no sentence: Unsiloed's clients read this object. */
function quotaDetail(message: string, { current, limit }: QuotaUse) {
  const quota_data = { current, limit, remaining: Math.max(limit - current, 0) };
  return { message, status: 'QUOTA_EXCEEDED', quota_data };
}
