import { Router, type Request, type Response } from 'express';
import type { DeliveryAttempt } from '../../domain/webhook.ts';
import type { WebhookService } from '../../jobs/webhook-service.ts';
import { answerOtherMethods } from '../shared/other-methods.ts';
import { bindJobId, requestContext, tenantOf } from '../shared/request-context.ts';

export interface WebhookDependencies {
  readonly webhooks: WebhookService;
}

/** A tenant's webhook secret, and what was delivered of each job. */
export function webhookRoutes({ webhooks }: WebhookDependencies): Router {
  const router = Router();

  async function listDeliveries(request: Request<{ jobId: string }>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    const deliveries = await webhooks.deliveries(tenantOf(request), jobId);
    response.set('Cache-Control', 'no-store').json({ data: deliveries.map((attempt) => toDeliveryBody(attempt)) });
  }

  async function sendAgain(request: Request<{ jobId: string }>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    await webhooks.sendAgain(tenantOf(request), jobId, requestContext(request).requestId);
    response.status(202).json({ job_id: jobId, message: 'Delivery started' });
  }

  async function readSecret(request: Request, response: Response): Promise<void> {
    response.set('Cache-Control', 'no-store').json({ secret: await webhooks.secret(tenantOf(request)) });
  }

  async function rotateSecret(request: Request, response: Response): Promise<void> {
    response.set('Cache-Control', 'no-store').json({ secret: await webhooks.rotateSecret(tenantOf(request)) });
  }

  router.get('/classify/:jobId/deliveries', listDeliveries);
  router.post('/classify/:jobId/deliveries', sendAgain);
  router.get('/webhook_secret', readSecret);
  router.post('/webhook_secret/rotate', rotateSecret);
  return answerOtherMethods(router);
}

function toDeliveryBody({ attempt, at, status, ok, error, durationMs, nextAttemptAt }: DeliveryAttempt) {
  return {
    attempt,
    at,
    status,
    ok,
    error,
    duration_ms: durationMs,
    ...(nextAttemptAt !== undefined && { next_attempt_at: nextAttemptAt }),
  };
}
