import express, { Router, type Express, type Request } from 'express';
import type { BatchService } from '../jobs/batch-service.ts';
import type { EvaluationService } from '../jobs/evaluation-service.ts';
import type { EventService } from '../jobs/event-service.ts';
import type { JobService } from '../jobs/job-service.ts';
import type { OperationService } from '../jobs/operation-service.ts';
import type { WebhookService } from '../jobs/webhook-service.ts';
import type { RunService } from '../jobs/run-service.ts';
import type { Logger } from '../logger.ts';
import type { FilePasswords } from '../records/files/file-passwords.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { EventPayloads } from '../webhook/event-payload.ts';
import { extendErrorHandler } from './extend/errors.ts';
import { eventPayloadRoutes } from './extend/webhooks/event-payload-routes.ts';
import { signedFileRoutes } from './extend/files/links.ts';
import { isExtendRequest } from './extend/is-extend-request.ts';
import { withExtendRequestId } from './extend/ids.ts';
import { extendRoutes } from './extend/routes.ts';
import { isOperationRequest, operationRoutes } from './operations/routes.ts';
import { authenticate, type AuthenticationOptions } from './shared/auth.ts';
import type { PublicUrl } from './shared/base-url.ts';
import { type HealthDependencies, healthRoutes } from './shared/health.ts';
import { notFoundHandler, problemHandler } from './shared/problem.ts';
import { limitRate, type RateLimitOptions } from './shared/rate-limit.ts';
import { withRequestContext } from './shared/request-context.ts';
import { requireHost } from './shared/unreadable-request.ts';
import { isSignedRequest, type UrlSigner } from './shared/signed-url.ts';
import { when, firstSegment } from './shared/when.ts';
import { unsiloedRoutes } from './unsiloed/routes.ts';
import type { SubmitLimits } from './unsiloed/submit.ts';
import { docsPage, openApiRoutes, errorsPage } from './openapi/docs-page.ts';

export interface AppDependencies {
  readonly jobs: JobService;
  readonly webhooks: WebhookService;
  readonly events: EventService;
  readonly eventPayloads: EventPayloads;
  readonly signer: UrlSigner;
  readonly store: ObjectStore;
  readonly logger: Logger;
  readonly authentication: AuthenticationOptions;
  readonly health: HealthDependencies;
  readonly limits: SubmitLimits;
  readonly rateLimit: RateLimitOptions;
  readonly runs: RunService;
  readonly batches: BatchService;
  readonly evaluations: EvaluationService;
  readonly operations: OperationService;
  readonly passwords: FilePasswords;
  readonly publicUrl: PublicUrl;
  readonly syncWaitMs: number;
}

/** The HTTP service, in the order in which a request passes it. It does not listen. */
export function createApp(dependencies: AppDependencies): Express {
  const { jobs, webhooks, store, logger, authentication, health, limits, rateLimit, publicUrl } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(withRequestContext(logger));
  app.use(when(isExtendRequest, withExtendRequestId));
  app.use(requireHost);
  app.use(when(isServiceRequest, serviceRoutes(health)));
  app.use(when(isSignedRequest, signedRoutes(dependencies)));
  app.use(authenticate(authentication));
  for (const handler of limitRate(rateLimit)) app.use(handler);
  app.use(when(isOperationRequest, operationRoutes({ ...dependencies, limits })));
  app.use(when(isExtendRequest, extendRoutes({ ...dependencies, ...limits, ...publicUrl })));
  const unsiloed = unsiloedRoutes({ jobs, webhooks, store, limits });
  app.use('/v1', unsiloed);
  app.use(unsiloed);
  app.use(notFoundHandler);
  app.use(extendErrorHandler);
  app.use(problemHandler);
  return app;
}

/** Routes behind signed links, which need no key. */
function signedRoutes(dependencies: AppDependencies): Router {
  const router = Router();
  router.use(signedFileRoutes(dependencies));
  router.use(eventPayloadRoutes(dependencies));
  return router;
}

const segments = new Set(['livez', 'readyz', 'healthz', 'version', 'docs', 'openapi.json']);

/** Whether a request concerns the service itself, which needs no key. */
function isServiceRequest(request: Request): boolean {
  return segments.has(firstSegment(request));
}

/** Probes and documentation. */
function serviceRoutes(health: HealthDependencies): Router {
  const router = Router();
  router.use(healthRoutes(health));
  router.use(errorsPage());
  router.use(openApiRoutes(health.version));
  router.use(docsPage());
  return router;
}
