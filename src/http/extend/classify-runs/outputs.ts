import { optionOfCategory } from '../../../domain/classification-options.ts';
import type { RunFacts } from '../../../records/jobs/run-facts.ts';
import { runIdOf } from '../ids.ts';
import type { ClassifyOutputBody, ClassifyRunBody, RunReviewBody } from './schemas.ts';

export type RunOutputs = Pick<ClassifyRunBody, 'output' | 'initialOutput' | 'reviewedOutput'>;

/** The outputs of a run: the classifier's answer, or both answers after a person's review. */
export function toRunOutputs(facts: RunFacts): RunOutputs {
  const { job, reason, reviewReasons } = facts;
  if (job.status !== 'completed') return { output: null, initialOutput: null, reviewedOutput: null };
  const { result } = job;
  const { review } = result;
  const reasons = reason === undefined ? [] : [reason];
  if (!review) return { output: toOutput(facts, result, reasons), initialOutput: null, reviewedOutput: null };
  // Who agrees with the classifier, and says nothing more, agrees with its reason.
  const own = reviewReasons.length > 0 || review.isEdited ? reviewReasons : reasons;
  const reviewedOutput = toOutput(facts, result, own);
  return { output: reviewedOutput, initialOutput: toOutput(facts, review.initial, reasons), reviewedOutput };
}

/** The review of a run, also while the run waits for it. */
export function toRunReviewBody(facts: RunFacts): RunReviewBody {
  const { job, awaitingReview } = facts;
  const { output, initialOutput, reviewedOutput } = toRunOutputs(facts);
  return {
    object: 'classify_run_review',
    runId: runIdOf(job.jobId),
    awaitingReview: awaitingReview !== undefined,
    reviewed: reviewedOutput !== null,
    edited: job.status === 'completed' && (job.result.review?.isEdited ?? false),
    initialOutput: awaitingReview ? toOutput(facts, awaitingReview, []) : (initialOutput ?? output),
    reviewedOutput,
  };
}

function toOutput(
  { config }: RunFacts,
  { classification, confidence }: { readonly classification: string; readonly confidence: number },
  reasons: readonly string[],
): ClassifyOutputBody {
  const option = optionOfCategory(config.classifications, classification);
  return {
    id: option?.id ?? classification,
    type: option?.type ?? classification,
    confidence,
    insights: reasons.map((content) => ({ type: 'reasoning', content })),
  };
}
