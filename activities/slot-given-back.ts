import { ApplicationFailure, type Context } from '@temporalio/activity';
import { z } from 'zod';

/**
 * Thrown when an attempt has nothing to do yet and must not hold its slot. It counts neither as a failure nor in the
 * log.
 */
export class SlotGivenBack extends Error {
  override readonly name = 'SlotGivenBack';
  readonly afterMs: number;

  constructor(sentence: string, { afterMs }: { readonly afterMs: number }) {
    super(sentence);
    this.afterMs = afterMs;
  }
}

const detailsSchema = z.object({ slotsGivenBack: z.number() });

/** How many attempts gave their slot back. Heartbeats carry the number across workers. */
export function slotsGivenBack({ info }: Pick<Context, 'info'>): number {
  const details = detailsSchema.safeParse(info.heartbeatDetails);
  return details.success ? details.data.slotsGivenBack : 0;
}

/** Makes Temporal retry after a while. If the activity's time ends first, it fails with this code and sentence. */
export function giveSlotBack(context: Pick<Context, 'heartbeat' | 'info'>, given: SlotGivenBack): ApplicationFailure {
  context.heartbeat({ slotsGivenBack: slotsGivenBack(context) + 1 });
  const detail = given.message;
  return ApplicationFailure.create({
    type: 'deadline_exceeded',
    message: detail,
    nonRetryable: false,
    details: [{ code: 'deadline_exceeded', detail }],
    nextRetryDelay: given.afterMs,
  });
}
