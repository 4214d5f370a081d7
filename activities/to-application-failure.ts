import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { factsOf, normalizeError, type ErrorCode } from '../src/domain/errors.ts';
import type { Waiting } from '../src/domain/waiting.ts';

/**
 * After how many attempts a failure counts as final although another attempt might help. Codes that are not here are
 * retried until the activity's schedule-to-close timeout: an outage of the store, of a source or of a model must
 * not cost a job. These are different: the same request tends to fail the same way again.
 */
const maxAttempts: Partial<Record<ErrorCode, number>> = {
  internal: 5,
  model_error: 6,
  model_output_invalid: 3,
  model_timeout: 4,
  source_unreachable: 5,
};

/** An outage is often over after a second: only one that outlasts these attempts is worth a wait that shows. */
const attemptsOfOutage = 5;
/** A longer wait is for the run, which shows it and bounds it by its patience. */
const longestOwnWaitMs = 10_000;
/** Of what no run can wait for: a wait of hours would be none that anybody sees. */
const longestRetryMs = 300_000;
/** Of a run that does not know how to wait, because a worker of an earlier version has begun it. */
const retryOfOldRunMs = 30_000;

interface Attempt {
  readonly attempt: number;
  /** The run knows how to wait for what only the operator can mend. */
  readonly canWait: boolean;
  /** The namespace has no search attribute for what a run waits for. */
  readonly isUnlabelled?: boolean;
}

/**
 * The one place where an error becomes an `ApplicationFailure`: `type` is the code, `message` the sentence that the
 * caller reads. The cause is left out, because its text may quote a document or a URL and would stand in the history.
 * What the operator must mend ends the activity, so that it holds no slot, and its details tell the run what to wait
 * for.
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
      // The SDK would log each of thousands as a failure.
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
