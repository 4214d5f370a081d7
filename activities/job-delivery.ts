import type { Job } from '../src/domain/job.ts';
import { webhookMessageId, type DeliverJobInput } from '../src/domain/webhook.ts';
import type { GuardedPost } from '../src/net/guarded-post.ts';
import { readJson } from '../src/records/json-documents.ts';
import { jobKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { readOutcome } from '../src/records/jobs/job-outcome.ts';
import { parseJobRequest } from '../src/records/jobs/job-request.ts';
import { logDelivery } from '../src/records/jobs/job-deliveries.ts';
import { signMessage } from '../src/webhook/signature.ts';
import type { WebhookSecrets } from '../src/records/webhooks/webhook-secrets.ts';
import type { DeliveryLog, PreparedDelivery } from './prepared-delivery.ts';

export interface JobDeliveryDependencies {
  readonly store: ObjectStore;
  readonly postWebhook: GuardedPost;
  readonly webhookSecrets: WebhookSecrets;
  /** The body that `GET` answers for a job. */
  readonly toWebhookBody: (job: Job) => unknown;
}

/** Prepares a job's answer for its `webhook_url`, signed by Standard Webhooks. Undefined when the job was deleted. */
export async function prepareJobDelivery(
  { store, postWebhook, webhookSecrets, toWebhookBody }: JobDeliveryDependencies,
  { tenant, jobId, requestKey }: DeliverJobInput,
): Promise<PreparedDelivery | undefined> {
  const url = (await readJson(store, requestKey, parseJobRequest))?.value.webhookUrl;
  const job = await readOutcome(store, tenant, jobId);
  if (url === undefined || !job) return undefined;
  const message = { id: webhookMessageId(jobId), sentAt: new Date(), body: JSON.stringify(toWebhookBody(job)) };
  return {
    url,
    field: 'webhook_url',
    body: message.body,
    headers: {
      'content-type': 'application/json',
      ...signMessage(message, await webhookSecrets.forSigning(tenant)),
    },
    sentAt: message.sentAt,
    post: postWebhook,
    ...jobDeliveryLog(store, { tenant, jobId }),
  };
}

export function jobDeliveryLog(
  store: ObjectStore,
  { tenant, jobId }: Pick<DeliverJobInput, 'tenant' | 'jobId'>,
): DeliveryLog {
  return {
    isStillThere: async () => (await store.head(jobKeys(tenant, jobId).result)) !== undefined,
    log: (outcome) => logDelivery(store, { tenant, jobId }, outcome),
  };
}
