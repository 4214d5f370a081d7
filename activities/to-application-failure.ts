import { ApplicationFailure } from '@temporalio/activity';
import { normalizeError, type ErrorCode } from '../src/domain/errors.ts';

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

/**
 * The one place where an error becomes an `ApplicationFailure`: `type` is the code, `message` the sentence that the
 * caller reads. The cause is left out, because its text may quote a document or a URL and would stand in the history.
 */
export function toApplicationFailure(error: unknown, attempt: number): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const { code, detail, retryable, retryAfterMs } = normalizeError(error);
  const isFinal = !retryable || attempt >= (maxAttempts[code] ?? Number.POSITIVE_INFINITY);
  return ApplicationFailure.create({
    type: code,
    message: detail,
    nonRetryable: isFinal,
    details: [{ code, detail }],
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
  });
}
