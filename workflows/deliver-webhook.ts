import { condition, isCancellation, log, patched, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { patienceLimits } from '../src/domain/waiting.ts';
import { retryDelayMs, type DeliverWebhookInput } from '../src/domain/webhook.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';
import { deliverOnOldQueue, deliverWebhook as deliverOnItsQueue, logDelivery } from './activity-proxies.ts';
import { sendAgainSignal } from './messages.ts';
import { createPatience, type Patience } from './patience.ts';

/**
 * The job's run ends a moment after it starts this one. A receiver that reads the job at once must find it finished.
 */
const settleMs = 500;

/**
 * Delivers a job's answer, or an event. Makes one activity call per attempt, over more than a day, until the receiver
 * takes it, the receiver is gone, or the schedule ends. The signal `sendAgain` starts the schedule again at once.
 */
export async function deliverWebhook(input: DeliverWebhookInput): Promise<void> {
  let isAskedFor = false;
  setHandler(sendAgainSignal, () => {
    isAskedFor = true;
  });
  const patience = createPatience({ seconds: patienceLimits.defaultSeconds, onOver: () => setCurrentDetails('') });
  await condition(() => isAskedFor, settleMs);
  for (let index = 0; ; index++) {
    isAskedFor = false;
    const delayMs = retryDelayMs(index, Math.random());
    const attemptDelivery = patched('delivery-queue') ? deliverOnItsQueue : deliverOnOldQueue;
    const summary = `Attempt ${index + 1}`;
    const attempt = { ...input, ...(delayMs !== undefined && { retryDelayMs: delayMs }), canWait: true };
    const { nextAttemptMs, unlogged } = await patience.outlast(() =>
      attemptDelivery.executeWithOptions({ summary }, [attempt]),
    );
    if (unlogged && patched('delivery-logged-apart')) await logLater(input, unlogged, patience);
    if (nextAttemptMs !== undefined) await condition(() => isAskedFor, nextAttemptMs);
    else if (!isAskedFor) return;
    if (isAskedFor) index = -1;
  }
}

/** Gives up a line after a day: the delivery itself is never repeated for the sake of its log. */
async function logLater(input: DeliverWebhookInput, attempt: AttemptOutcome, patience: Patience): Promise<void> {
  const line = { ...input, attempt, canWait: true };
  try {
    await patience.outlast(() => logDelivery.executeWithOptions({ summary: 'Log the attempt' }, [line]));
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the log of a webhook was not written', { error: error instanceof Error ? error.name : 'unknown' });
  }
}
