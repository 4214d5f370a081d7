import { z } from 'zod';
import type { DeliveryAttempt } from '../../domain/webhook.ts';

export const attemptsSchema = z.array(
  z.object({
    attempt: z.number(),
    at: z.string(),
    status: z.number().nullable(),
    ok: z.boolean(),
    error: z.string().nullable(),
    durationMs: z.number(),
    nextAttemptAt: z.string().exactOptional(),
  }),
);

/** The outcome of an attempt, before it has a number. */
export type AttemptOutcome = Omit<DeliveryAttempt, 'attempt'>;

/** Drops older attempts: a thousand redeliveries must not fill the store. */
const maxAttempts = 200;

/** The attempts so far, oldest first, with one more. */
export function withAttempt(attempts: readonly DeliveryAttempt[], outcome: AttemptOutcome): DeliveryAttempt[] {
  // An earlier call wrote it without learning that it succeeded.
  if (attempts.some(({ at }) => at === outcome.at)) return [...attempts];
  return [...attempts, { attempt: (attempts.at(-1)?.attempt ?? 0) + 1, ...outcome }].slice(-maxAttempts);
}
