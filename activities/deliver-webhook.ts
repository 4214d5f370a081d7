import { z } from 'zod';
import { ClassifierError } from '../src/domain/errors.ts';
import type { Job } from '../src/domain/job.ts';
import { webhookMessageId, type DeliverWebhookInput } from '../src/domain/webhook.ts';
import type { GuardedPost, PostRequest } from '../src/net/guarded-post.ts';
import { readJson } from '../src/storage/json-documents.ts';
import { jobKeys } from '../src/storage/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { readOutcome } from '../src/storage/stored-outcome.ts';
import { logDelivery } from '../src/webhook/delivery-log.ts';
import { signMessage } from '../src/webhook/signature.ts';
import type { WebhookSecrets } from '../src/webhook/webhook-secrets.ts';
import { runStep } from './run-step.ts';

export interface AttemptDeliveryInput extends DeliverWebhookInput {
  /** When to try again should this attempt fail, unless the receiver asks for more time; absent in the last one. */
  readonly retryDelayMs?: number;
}

export interface AttemptDeliveryResult {
  /** `stopped`: the receiver is gone (410) or forbidden, or the job was deleted. */
  readonly outcome: 'delivered' | 'failed' | 'stopped';
  /** Only after a failure that is not the last. */
  readonly nextAttemptMs?: number;
}

export interface DeliverWebhookDependencies {
  readonly store: ObjectStore;
  readonly postWebhook: GuardedPost;
  readonly webhookSecrets: WebhookSecrets;
  /** A job as GET answers it. */
  readonly toWebhookBody: (job: Job) => unknown;
}

interface Answer {
  readonly status: number | null;
  readonly error: string | null;
  readonly isFinal: boolean;
  readonly retryAfterMs?: number;
}

const requestSchema = z.looseObject({ webhookUrl: z.string().optional() });
const goneStatus = 410;

/**
 * One attempt to tell a receiver what became of a job, and its line in the log. A receiver that fails is a result, not an error: an
 * error would be retried by Temporal beside the schedule of the workflow.
 */
export function createDeliverWebhook(dependencies: DeliverWebhookDependencies) {
  return async function deliverWebhook(input: AttemptDeliveryInput): Promise<AttemptDeliveryResult> {
    return runStep((signal) => deliver(dependencies, input, signal));
  };
}

async function deliver(
  { store, postWebhook, webhookSecrets, toWebhookBody }: DeliverWebhookDependencies,
  { tenant, jobId, requestKey, retryDelayMs }: AttemptDeliveryInput,
  signal: AbortSignal,
): Promise<AttemptDeliveryResult> {
  const url = (await readJson(store, requestKey, (value) => requestSchema.parse(value)))?.value.webhookUrl;
  const job = await readOutcome(store, tenant, jobId);
  // Deleted meanwhile: nothing is left to tell, and a log would bring a part of it back.
  if (url === undefined || !job) return { outcome: 'stopped' };
  const message = { id: webhookMessageId(jobId), sentAt: new Date(), body: JSON.stringify(toWebhookBody(job)) };
  const headers = {
    'content-type': 'application/json',
    ...signMessage(message, await webhookSecrets.forSigning(tenant)),
  };
  const startedAt = performance.now();
  const answer = await send(() => postWebhook(url, { body: message.body, headers, signal }), signal);
  const durationMs = Math.round(performance.now() - startedAt);
  if (!(await store.head(jobKeys(tenant, jobId).result))) return { outcome: 'stopped' };
  const nextAttemptMs = nextAttempt(answer, retryDelayMs);
  await logDelivery(
    store,
    { tenant, jobId },
    {
      at: message.sentAt.toISOString(),
      status: answer.status,
      ok: answer.error === null,
      error: answer.error,
      durationMs,
      ...(nextAttemptMs !== undefined && { nextAttemptAt: new Date(Date.now() + nextAttemptMs).toISOString() }),
    },
  );
  if (answer.error === null) return { outcome: 'delivered' };
  if (answer.isFinal) return { outcome: 'stopped' };
  return { outcome: 'failed', ...(nextAttemptMs !== undefined && { nextAttemptMs }) };
}

async function send(post: () => ReturnType<GuardedPost>, signal: PostRequest['signal']): Promise<Answer> {
  try {
    const { status, retryAfterMs } = await post();
    if (status >= 200 && status < 300) return { status, error: null, isFinal: true };
    const error = `webhook_url answered with HTTP ${status}.`;
    return { status, error, isFinal: status === goneStatus, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  } catch (error) {
    if (signal.aborted || !(error instanceof ClassifierError)) throw error;
    return { status: null, error: error.detail, isFinal: !error.retryable };
  }
}

function nextAttempt({ error, isFinal, retryAfterMs = 0 }: Answer, retryDelayMs: number | undefined) {
  if (error === null || isFinal || retryDelayMs === undefined) return undefined;
  return Math.max(retryDelayMs, retryAfterMs);
}
