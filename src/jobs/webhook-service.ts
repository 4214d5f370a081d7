import type { Client } from '@temporalio/client';
import { ClassifierError } from '../domain/errors.ts';
import { webhookWorkflowId, type DeliveryAttempt } from '../domain/webhook.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readDeliveries } from '../records/jobs/job-deliveries.ts';
import type { WebhookSecrets } from '../records/webhooks/webhook-secrets.ts';
import { readJobRequest } from '../records/jobs/job-request.ts';
import type { JobService } from './job-service.ts';
import { deliverAgain } from './start-delivery.ts';

/** A tenant's webhooks. Other tenants' jobs throw `not_found`. */
export interface WebhookService {
  deliveries(tenant: string, jobId: string): Promise<readonly DeliveryAttempt[]>;
  /** Resolves when the delivery cannot be lost any more. Throws `invalid_request` when there is nothing to deliver. */
  sendAgain(tenant: string, jobId: string, requestId: string): Promise<void>;
  secret(tenant: string): Promise<string>;
  rotateSecret(tenant: string): Promise<string>;
}

export interface WebhookServiceDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly jobs: Pick<JobService, 'read'>;
  readonly secrets: WebhookSecrets;
}

export function createWebhookService({ client, store, jobs, secrets }: WebhookServiceDependencies): WebhookService {
  async function sendAgain(tenant: string, jobId: string, requestId: string): Promise<void> {
    const { status } = await jobs.read(tenant, jobId);
    if ((await readJobRequest(store, tenant, jobId))?.webhookUrl === undefined) {
      throw new ClassifierError('invalid_request', 'This job was submitted without a webhook_url.');
    }
    if (status !== 'completed' && status !== 'failed') {
      throw new ClassifierError('invalid_request', 'This job is not finished; its webhook follows when it is.');
    }
    const input = { tenant, jobId, requestKey: jobKeys(tenant, jobId).request };
    await deliverAgain(client, { workflowId: webhookWorkflowId(jobId), input, requestId });
  }

  return {
    async deliveries(tenant, jobId) {
      await jobs.read(tenant, jobId);
      return readDeliveries(store, tenant, jobId);
    },
    sendAgain,
    secret: (tenant) => secrets.current(tenant),
    rotateSecret: (tenant) => secrets.rotate(tenant),
  };
}
