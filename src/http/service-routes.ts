import { Router, type Request } from 'express';
import { docsPage, openApiRoutes, errorsPage } from './openapi/docs-page.ts';
import { healthRoutes, type HealthDependencies } from './shared/health.ts';
import { firstSegment } from './shared/when.ts';

const segments = new Set(['livez', 'readyz', 'healthz', 'version', 'docs', 'openapi.json']);

/** Whether a request asks about the service itself, for which nobody needs a key. */
export function isServiceRequest(request: Request): boolean {
  return segments.has(firstSegment(request));
}

/** Probes and documentation. */
export function serviceRoutes(health: HealthDependencies): Router {
  const router = Router();
  router.use(healthRoutes(health));
  router.use(errorsPage());
  router.use(openApiRoutes(health.version));
  router.use(docsPage());
  return router;
}
