import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { ClassifierError, errorFacts, type ErrorCode } from '../../domain/errors.ts';
import { problemOf, setRetryHeaders } from '../shared/problem.ts';
import { requestContext } from '../shared/request-context.ts';
import { readsExtendErrors } from './is-extend-request.ts';
import type { ErrorBody } from './error-schemas.ts';

/**
 * Answers requests of Extend's contract in its form, `{code, message, retryable, requestId}` at top level; others get
 * problem details. Its SDK chooses an error's class by the status alone.
 */
export const extendErrorHandler: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (!readsExtendErrors(request)) {
    next(error);
    return;
  }
  const problem = problemOf(error, request);
  const status = statusOf(problem.code);
  const { log, requestId } = requestContext(request);
  if (status >= 500) log.error({ code: problem.code, error: problem.cause ?? problem }, 'request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  setRetryHeaders(response, status, problem);
  sendError(response, status, toErrorBody(problem, status, requestId));
};

/** For every path of the contract that is not served: `extract`, `split`, `parse` and their runs among them. */
export const extendNotFound: RequestHandler = (request) => {
  throw new ClassifierError('not_found', `No such path: ${request.method} ${request.path}`);
};

/**
 * The contract knows no 405, 409, 413, 415 or 504: whatever the caller can mend in the request is 400 there, which has
 * a class of its own in the SDK. A run that takes longer than a caller waits is 422: after a 5xx the SDK would start it
 * again.
 */
function statusOf(code: ErrorCode): number {
  const { status } = errorFacts[code];
  if (status === 405) return 404;
  if ([409, 413, 415, 422].includes(status)) return 400;
  return status === 504 ? 422 : status;
}

function toErrorBody(
  { code, detail, retryable, errors }: ClassifierError,
  status: number,
  requestId: string,
): ErrorBody {
  return {
    code: codeOf(status, code),
    message: detail,
    retryable: status >= 429 && retryable,
    requestId,
    docUrl: `/docs/errors#${code}`,
    ...(errors.length > 0 && { errors: [...errors] }),
  };
}

/** Extend's codes, by the status; what it has no word for keeps ours in its capitals. */
function codeOf(status: number, code: ErrorCode): string {
  switch (status) {
    case 400:
      return 'INVALID_REQUEST';
    case 401:
      return 'UNAUTHORIZED';
    case 402:
      return 'USAGE_BLOCKED';
    case 404:
      return 'NOT_FOUND';
    case 429:
      return 'RATE_LIMIT_EXCEEDED';
    case 500:
      return 'INTERNAL_ERROR';
    default:
      return code.toUpperCase();
  }
}

function sendError(response: Response, status: number, body: ErrorBody): void {
  response.status(status).type('application/json').json(body);
}
