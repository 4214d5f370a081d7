import { ApplicationFailure, type Context } from '@temporalio/activity';
import { z } from 'zod';

/**
 * An attempt has nothing to do yet, and must not hold its slot until it has. No failure: it is neither counted nor
 * logged as one.
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

/** How many attempts of this activity gave their slot back, which its heartbeat remembers across workers. */
export function slotsGivenBack({ info }: Pick<Context, 'info'>): number {
  const details = detailsSchema.safeParse(info.heartbeatDetails);
  return details.success ? details.data.slotsGivenBack : 0;
}

/**
 * What Temporal is told: come again after a while. Should the activity's day be over first, that is the code and
 * sentence it ends with.
 */
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
