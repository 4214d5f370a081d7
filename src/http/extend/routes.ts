import express, { Router, type RequestHandler } from 'express';
import { isExtendRequest } from './is-extend-request.ts';

/** A text document of 5 MB fits into a body, escaped as JSON. */
const maxBodyBytes = '16mb';

/** Extend's `/classify_runs` and all that belongs to it, as reference 1 of its contract says. */
export function extendRoutes(): Router {
  const router = Router();
  router.use(onlyExtend(express.json({ limit: maxBodyBytes })));
  return router;
}

/** Leaves every other request's body unread. */
function onlyExtend(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (isExtendRequest(request)) handler(request, response, next);
    else next();
  };
}
