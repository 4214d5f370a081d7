import { Context } from '@temporalio/activity';
import { logAttemptFailure } from './activity-log.ts';
import { giveSlotBack, SlotGivenBack, slotsGivenBack } from './slot-given-back.ts';
import { toApplicationFailure } from './to-application-failure.ts';

/**
 * Most steps are over before the first heartbeat is due. One in each of a small job's six steps adds a fifth to what the
 * server does for that job (measured), and tells nobody anything.
 */
const heartbeatIntervalMs = 2000;

/**
 * Runs the work of one activity attempt: heartbeats while it lasts (cancellation only arrives by heartbeat, and a
 * dead worker is noticed by their absence), passes the cancellation signal on, and turns what it throws into what
 * Temporal understands.
 */
export async function runStep<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  // A local activity has no heartbeat: its worker is known to live by the workflow task that it is part of.
  const beat = (): void => context.heartbeat(context.info.heartbeatDetails);
  const timer = context.info.isLocal ? undefined : setInterval(beat, heartbeatIntervalMs);
  try {
    return await work(context.cancellationSignal);
  } catch (error) {
    // The SDK's own CancelledFailure tells the server that the activity heeded the cancellation.
    if (context.cancellationSignal.aborted) return await context.cancelled;
    if (error instanceof SlotGivenBack) throw giveSlotBack(context, error);
    logAttemptFailure(error);
    throw toApplicationFailure(error, context.info.attempt - slotsGivenBack(context));
  } finally {
    clearInterval(timer);
  }
}
