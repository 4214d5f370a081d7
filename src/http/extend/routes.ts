import express, { Router, type RequestHandler } from 'express';
import type { ObjectStore } from '../../storage/object-store.ts';
import { classifierRoutes } from './classifiers-routes.ts';
import { isExtendRequest } from './is-extend-request.ts';

export interface ExtendDependencies {
  readonly store: ObjectStore;
}

/** A text document of 5 MB fits into a body, escaped as JSON. */
const maxBodyBytes = '16mb';

/** Extend's `/classify_runs` and all that belongs to it, as reference 1 of its contract says. */
export function extendRoutes(dependencies: ExtendDependencies): Router {
  const router = Router();
  router.use(onlyExtend(express.json({ limit: maxBodyBytes })));
  router.use(classifierRoutes(dependencies));
  return router;
}

/** Leaves every other request's body unread. */
function onlyExtend(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (isExtendRequest(request)) handler(request, response, next);
    else next();
  };
}
