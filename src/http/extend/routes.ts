import express, { Router } from 'express';
import type { ObjectStore } from '../../storage/object-store.ts';
import { batchRoutes, type BatchDependencies } from './batch-routes.ts';
import { classifierRoutes } from './classifiers-routes.ts';
import { classifyRunRoutes, type ClassifyRunDependencies } from './classify-runs-routes.ts';
import { extendNotFound } from './errors.ts';
import { fileRoutes, type FileDependencies } from './files-routes.ts';

export interface ExtendDependencies extends ClassifyRunDependencies, FileDependencies, BatchDependencies {
  readonly store: ObjectStore;
}

/** A text document of 5 MB fits into a body, escaped as JSON. */
const maxBodyBytes = '16mb';

/** Extend's `/classify_runs` and all that belongs to it, as reference 1 of its contract says. Every request that gets here speaks it. */
export function extendRoutes(dependencies: ExtendDependencies): Router {
  const router = Router();
  router.use(express.json({ limit: maxBodyBytes }));
  router.use(fileRoutes(dependencies));
  router.use(batchRoutes(dependencies));
  router.use(classifyRunRoutes(dependencies));
  router.use(classifierRoutes(dependencies));
  router.use(extendNotFound);
  return router;
}
