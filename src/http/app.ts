import express, { type Express } from 'express';
import type { JobService } from '../jobs/job-service.ts';
import type { Logger } from '../logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { authenticate, type AuthenticationOptions } from './shared/auth.ts';
import { errorsPage } from './shared/errors-page.ts';
import { healthRoutes, type HealthDependencies } from './shared/health.ts';
import { methodNotAllowed, notFoundHandler, problemHandler } from './shared/problem.ts';
import { withRequestContext } from './shared/request-context.ts';
import { unsiloedRoutes } from './unsiloed/routes.ts';
import type { SubmitLimits } from './unsiloed/submit.ts';

export interface AppDependencies {
  readonly jobs: JobService;
  readonly store: ObjectStore;
  readonly logger: Logger;
  readonly authentication: AuthenticationOptions;
  readonly health: HealthDependencies;
  readonly limits: SubmitLimits;
}

/** The HTTP service, in the order in which a request passes it. It does not listen. */
export function createApp({ jobs, store, logger, authentication, health, limits }: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(withRequestContext(logger));
  app.use(healthRoutes(health));
  app.all(['/livez', '/readyz', '/healthz', '/version'], methodNotAllowed('GET'));
  app.use(errorsPage());
  app.use(authenticate(authentication));
  const unsiloed = unsiloedRoutes({ jobs, store, limits });
  app.use('/v1', unsiloed);
  app.use(unsiloed);
  app.use(notFoundHandler);
  app.use(problemHandler);
  return app;
}
