import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import { cancelled } from '../src/domain/error-sentences.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { JobError } from '../src/domain/job.ts';

/** The code and sentence of a failed activity. */
export function describeFailure(error: unknown): JobError {
  if (isCancellation(error)) return { code: 'cancelled', detail: cancelled().detail };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'internal', detail: cause.message };
  if (cause instanceof TimeoutFailure) return timedOut(cause);
  if (error instanceof ClassifierError) return { code: error.code, detail: error.detail };
  return { code: 'internal', detail: 'An unexpected internal error occurred.' };
}

/** A schedule-to-close timeout contains the last attempt's failure, which is the real reason. */
function timedOut(timeout: TimeoutFailure): JobError {
  const { cause } = timeout;
  if (cause instanceof ApplicationFailure) {
    return { code: cause.type ?? 'deadline_exceeded', detail: `${cause.message} (gave up after retrying for a day)` };
  }
  return { code: 'deadline_exceeded', detail: 'A step of the classification took too long and was given up.' };
}

/** Fails the workflow: `type` is the code that a parent workflow catches, `message` the sentence for its reader. */
export function jobFailure({ code, detail }: JobError, cause?: Error): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: detail,
    nonRetryable: true,
    details: [{ code, detail }],
    ...(cause && { cause }),
  });
}
