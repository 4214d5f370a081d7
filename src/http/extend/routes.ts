import { Router } from 'express';
import { jsonBody } from '../shared/json-shape.ts';
import { batchRoutes, type BatchDependencies } from './batches/routes.ts';
import { classifierRoutes, type ClassifierDependencies } from './classifiers/routes.ts';
import { classifyRunRoutes, type ClassifyRunDependencies } from './classify-runs/routes.ts';
import { extendNotFound } from './errors.ts';
import { evaluationItemRoutes } from './evaluation-sets/item-routes.ts';
import { evaluationRunRoutes, type EvaluationRunDependencies } from './evaluation-set-runs/routes.ts';
import { evaluationSetRoutes } from './evaluation-sets/routes.ts';
import { fileRoutes, type FileDependencies } from './files/routes.ts';
import { webhookEndpointRoutes, type WebhookEndpointDependencies } from './webhooks/endpoint-routes.ts';
import { webhookSubscriptionRoutes } from './webhooks/subscription-routes.ts';

export type ExtendDependencies = ClassifyRunDependencies &
  FileDependencies &
  BatchDependencies &
  ClassifierDependencies &
  EvaluationRunDependencies &
  WebhookEndpointDependencies & {
    /** Most names and values in a JSON body. */
    readonly maxJsonValues: number;
  };

/** A text document of 5 MB fits into a body, escaped as JSON. */
const maxBodyBytes = 16 * 1024 * 1024;

/** Extend's API. Every request that gets here uses its contract. */
export function extendRoutes(dependencies: ExtendDependencies): Router {
  const router = Router();
  // Not strict: the route's schema refuses JSON that is no object.
  router.use(jsonBody({ limitBytes: maxBodyBytes, maxValues: dependencies.maxJsonValues, strict: false }));
  router.use(fileRoutes(dependencies));
  router.use(batchRoutes(dependencies));
  router.use(classifyRunRoutes(dependencies));
  router.use(classifierRoutes(dependencies));
  router.use(webhookEndpointRoutes(dependencies));
  router.use(webhookSubscriptionRoutes(dependencies));
  router.use(evaluationSetRoutes(dependencies));
  router.use(evaluationItemRoutes(dependencies));
  router.use(evaluationRunRoutes(dependencies));
  router.use(extendNotFound);
  return router;
}
