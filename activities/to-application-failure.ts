import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { factsOf, normalizeError, type ErrorCode } from '../src/domain/errors.ts';
import type { Waiting } from '../src/domain/waiting.ts';

/**
 * After so many attempts a failure is final, although it is retryable. Codes without an entry are retried until the
 * schedule-to-close timeout: an outage of the store, a source or the model must not cost a job. The same request tends
 * to repeat these failures.
 */
const maxAttempts: Partial<Record<ErrorCode, number>> = {
  internal: 5,
  model_error: 6,
  model_output_invalid: 3,
  model_timeout: 4,
  source_unreachable: 5,
};

/** An outage is often over after a second; the run shows a wait only for one that outlasts these attempts. */
const attemptsOfOutage = 5;
/** The run itself waits for longer: it shows the wait and limits it by its patience. */
const longestOwnWaitMs = 10_000;
/** The longest retry delay where no run can wait: nobody would see a wait of hours. */
const longestRetryMs = 300_000;
/** The retry delay of a run that a worker of an earlier version began: it cannot wait. */
const retryOfOldRunMs = 30_000;

interface Attempt {
  readonly attempt: number;
  /** True if the run can wait for the operator. */
  readonly canWait: boolean;
  /** The namespace lacks the search attribute for waiting runs. */
  readonly isUnlabelled?: boolean;
}

/**
 * Makes an `ApplicationFailure` of an error; nothing else does. `type` is the code, `message` the sentence for the
 * caller. Leaves the cause out, because its text may quote a document or a URL and the history would keep it. A fault
 * that the operator must mend ends the activity, which frees its slot; the details tell the run what to wait for.
 */
export function toApplicationFailure(
  error: unknown,
  { attempt, canWait, isUnlabelled = false }: Attempt,
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const { code, detail, retryable, retryAfterMs, since } = normalizeError(error);
  const { waitsFor, needsOperator } = factsOf(code);
  const lasts =
    waitsFor !== undefined &&
    (needsOperator === true ||
      since !== undefined ||
      attempt >= attemptsOfOutage ||
      (retryAfterMs ?? 0) > longestOwnWaitMs);
  if (lasts && canWait) {
    const waiting: Waiting = {
      code,
      detail,
      waitsFor,
      since: since ?? new Date().toISOString(),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(isUnlabelled && { isUnlabelled }),
    };
    return ApplicationFailure.create({
      type: code,
      message: detail,
      nonRetryable: true,
      details: [waiting],
      // BENIGN keeps the SDK from logging thousands of failures.
      category: ApplicationFailureCategory.BENIGN,
    });
  }
  const isFinal = !retryable || attempt >= (maxAttempts[code] ?? Number.POSITIVE_INFINITY);
  const nextRetryDelay =
    retryAfterMs === undefined
      ? lasts && needsOperator
        ? retryOfOldRunMs
        : undefined
      : Math.min(retryAfterMs, longestRetryMs);
  return ApplicationFailure.create({
    type: code,
    message: detail,
    nonRetryable: isFinal,
    details: [{ code, detail }],
    ...(nextRetryDelay !== undefined && { nextRetryDelay }),
  });
}
