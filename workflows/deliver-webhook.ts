import { condition, patched, setHandler } from '@temporalio/workflow';
import { retryDelayMs, type DeliverWebhookInput } from '../src/domain/webhook.ts';
import { deliverOnOldQueue, deliverWebhook as deliverOnItsQueue } from './activity-proxies.ts';
import { sendAgainSignal } from './messages.ts';

/** The run of the job ends a moment after this one was started; a receiver that asks back at once shall find it finished. */
const settleMs = 500;

/**
 * Tells the receiver of a job what became of it: one activity call for each attempt, over more than a day, until it was
 * delivered, the receiver is gone, or the schedule is at its end. The signal `sendAgain` begins anew, at once.
 */
export async function deliverWebhook(input: DeliverWebhookInput): Promise<void> {
  let isAskedFor = false;
  setHandler(sendAgainSignal, () => {
    isAskedFor = true;
  });
  await condition(() => isAskedFor, settleMs);
  for (let index = 0; ; index++) {
    isAskedFor = false;
    const delayMs = retryDelayMs(index, Math.random());
    const attemptDelivery = patched('delivery-queue') ? deliverOnItsQueue : deliverOnOldQueue;
    const { nextAttemptMs } = await attemptDelivery.executeWithOptions({ summary: `Attempt ${index + 1}` }, [
      { ...input, ...(delayMs !== undefined && { retryDelayMs: delayMs }) },
    ]);
    if (nextAttemptMs !== undefined) await condition(() => isAskedFor, nextAttemptMs);
    else if (!isAskedFor) return;
    if (isAskedFor) index = -1;
  }
}
