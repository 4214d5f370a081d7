import type { RequestHandler } from 'express';
import { requestContext } from '../shared/request-context.ts';

/** Extend's own name for the header, beside `X-Request-Id`. */
export const withExtendRequestId: RequestHandler = (request, response, next) => {
  response.set('x-extend-request-id', requestContext(request).requestId);
  next();
};
