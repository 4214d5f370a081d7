import { Context } from '@temporalio/activity';
import { ClassifierError } from '../src/domain/errors.ts';
import type { DeliverWebhookInput } from '../src/domain/webhook.ts';
import type { PostRequest } from '../src/net/guarded-post.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';
import { logAttemptFailure } from './activity-log.ts';
import { prepareEventDelivery, type EventDeliveryDependencies } from './event-delivery.ts';
import { prepareJobDelivery, type JobDeliveryDependencies } from './job-delivery.ts';
import type { PreparedDelivery } from './prepared-delivery.ts';
import { runStep, waitingForStore, type WaitingRules } from './run-step.ts';
import { withoutShares, type CallHost } from './tenant-shares.ts';

export type AttemptDeliveryInput = DeliverWebhookInput & {
  /** When to try again should this attempt fail, unless the receiver asks for more time; absent in the last one. */
  readonly retryDelayMs?: number;
  /** The run knows how to wait for what only the operator can mend, and is told at once. */
  readonly canWait?: boolean;
};

export interface AttemptDeliveryResult {
  /** `stopped`: the receiver is gone (410, deleted or disabled) or forbidden, or what would be told was deleted. */
  readonly outcome: 'delivered' | 'failed' | 'stopped';
  /** Only after a failure that is not the last. */
  readonly nextAttemptMs?: number;
  /** What could not be written to the log: the receiver has answered, and is not asked again for that. */
  readonly unlogged?: AttemptOutcome;
}

export type DeliverWebhookDependencies = JobDeliveryDependencies &
  EventDeliveryDependencies &
  Pick<WaitingRules, 'circuits'>;

interface Answer {
  readonly status: number | null;
  readonly error: string | null;
  readonly isFinal: boolean;
  readonly retryAfterMs?: number;
}

const goneStatus = 410;

/**
 * One attempt to tell a receiver what became of a job, or of an event that it asked for, and its line in the log. A
 * receiver that fails is a result, not an error: an error would be retried by Temporal beside the schedule of the
 * workflow. `shares` bound what one tenant sends at a time, and to one host.
 */
export function createDeliverWebhook(dependencies: DeliverWebhookDependencies, shares = withoutShares) {
  return async function deliverWebhook(input: AttemptDeliveryInput): Promise<AttemptDeliveryResult> {
    return runStep(
      (signal) => shares.run(input.tenant, (call) => deliver(input, signal, call)),
      waitingForStore(input, dependencies),
    );
  };

  async function deliver(
    input: AttemptDeliveryInput,
    signal: PostRequest['signal'],
    call: CallHost,
  ): Promise<AttemptDeliveryResult> {
    const delivery = await ('event' in input
      ? prepareEventDelivery(dependencies, input)
      : prepareJobDelivery(dependencies, input));
    if (!delivery) return { outcome: 'stopped' };
    return call(delivery.url, () => attempt(delivery, input.retryDelayMs, signal));
  }
}

async function attempt(
  delivery: PreparedDelivery,
  retryDelayMs: number | undefined,
  signal: AbortSignal,
): Promise<AttemptDeliveryResult> {
  const startedAt = performance.now();
  const answer = await send(delivery, signal);
  const durationMs = Math.round(performance.now() - startedAt);
  const nextAttemptMs = nextAttempt(answer, retryDelayMs);
  const outcome = {
    at: delivery.sentAt.toISOString(),
    status: answer.status,
    ok: answer.error === null,
    error: answer.error,
    durationMs,
    ...(nextAttemptMs !== undefined && { nextAttemptAt: new Date(Date.now() + nextAttemptMs).toISOString() }),
  };
  const recorded = await record(delivery, outcome);
  if (recorded === 'gone') return { outcome: 'stopped' };
  const rest = recorded === 'unlogged' ? { unlogged: outcome } : {};
  if (answer.error === null) return { outcome: 'delivered', ...rest };
  Context.current().log.warn('webhook was not delivered', { detail: answer.error });
  if (answer.isFinal) return { outcome: 'stopped', ...rest };
  return { outcome: 'failed', ...(nextAttemptMs !== undefined && { nextAttemptMs }), ...rest };
}

/** Never throws: Temporal would try all of the attempt again, and post what was answered already. */
async function record(delivery: PreparedDelivery, outcome: AttemptOutcome): Promise<'logged' | 'gone' | 'unlogged'> {
  try {
    if (!(await delivery.isStillThere())) return 'gone';
    await delivery.log(outcome);
    return 'logged';
  } catch (error) {
    logAttemptFailure(error);
    return 'unlogged';
  }
}

async function send(
  { post, url, field, body, headers }: PreparedDelivery,
  signal: PostRequest['signal'],
): Promise<Answer> {
  try {
    const { status, retryAfterMs } = await post(url, { body, headers, signal });
    if (status >= 200 && status < 300) return { status, error: null, isFinal: true };
    const error = `${field} answered with HTTP ${status}.`;
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
