import { Context } from '@temporalio/activity';
import { ClassifierError } from '../src/domain/errors.ts';
import type { DeliverWebhookInput } from '../src/domain/webhook.ts';
import type { PostRequest } from '../src/net/guarded-post.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';
import { logAttemptFailure } from './activity-log.ts';
import { prepareEventDelivery, type EventDeliveryDependencies, eventDeliveryLog } from './event-delivery.ts';
import { prepareJobDelivery, type JobDeliveryDependencies, jobDeliveryLog } from './job-delivery.ts';
import type { PreparedDelivery } from './prepared-delivery.ts';
import { runStep, waitingForStore, type WaitingRules, type StoreDependencies } from './run-step.ts';
import { withoutShares, type CallHost } from './tenant-shares.ts';

export type AttemptDeliveryInput = DeliverWebhookInput & {
  /** When to try again if this attempt fails, unless the receiver asks for more time. Absent in the last attempt. */
  readonly retryDelayMs?: number;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
};

export interface AttemptDeliveryResult {
  /** `stopped`: the receiver is gone (410, deleted or disabled) or forbidden, or the subject was deleted. */
  readonly outcome: 'delivered' | 'failed' | 'stopped';
  /** Present after a failure that is not the last. */
  readonly nextAttemptMs?: number;
  /** An outcome that could not be logged. The receiver has answered, so the attempt is not repeated. */
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
 * Makes one attempt to deliver a job's answer or an event, and logs it. Returns a receiver's failure as a result: if it
 * threw, Temporal would retry beside the workflow's schedule. `shares` limits what one tenant sends at a time, in all
 * and to one host.
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

/** Never throws: Temporal would repeat the attempt and post again. */
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

export type LogDeliveryInput = DeliverWebhookInput & {
  readonly attempt: AttemptOutcome;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
};

/** Writes the log line of an attempt that could not write its own. Retries until the store is back. */
export function createLogDelivery(dependencies: StoreDependencies) {
  const { store } = dependencies;
  return async function logDelivery(input: LogDeliveryInput): Promise<void> {
    return runStep(
      async () => {
        const { tenant } = input;
        const log =
          'event' in input
            ? eventDeliveryLog(store, { tenant, endpointId: input.endpointId, event: input.event })
            : jobDeliveryLog(store, input);
        if (await log.isStillThere()) await log.log(input.attempt);
      },
      waitingForStore(input, dependencies),
    );
  };
}
