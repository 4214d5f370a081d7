import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import { unknownCategory } from '../src/domain/category.ts';
import type { ClassifyDocumentResult, JobProgress, ReviewFacts } from '../src/domain/contract.ts';
import { applyReview, type ReviewAnswer, type ReviewedResult } from '../src/domain/review.ts';
import type { ParsedInput } from '../src/domain/workflow-input.ts';
import { reviewUpdate } from './messages.ts';

/** Waits for a person's review where a result needs one. */
export type AwaitReview = (
  result: ClassifyDocumentResult,
  report: (progress: JobProgress) => void,
) => Promise<ClassifyDocumentResult>;

/** Accepts reviews from the start, so one that comes too early is refused at once. */
export function receiveReview({ review, categories, unknown }: ParsedInput): AwaitReview {
  const allowed = [...categories.map(({ name }) => name), ...(unknown === 'allow' ? [unknownCategory] : [])];
  let waiting: ClassifyDocumentResult | undefined;
  let reviewed: ReviewedResult | undefined;

  function take(answer: ReviewAnswer): ReviewFacts {
    if (waiting === undefined) throw notWaiting();
    reviewed = applyReview(waiting, answer, new Date().toISOString());
    waiting = undefined;
    return reviewed.review;
  }

  function check(answer: unknown): void {
    if (waiting === undefined) throw notWaiting();
    checkAnswer(answer, allowed);
  }

  setHandler(reviewUpdate, take, { validator: check, description: 'What a person says, while the run waits for it' });

  return async (result, report) => {
    if (!review || result.confidence >= review.belowConfidence) return result;
    waiting = result;
    const { length: pages } = result.pages;
    report({ stage: 'waiting-for-review', pagesDone: pages, pagesTotal: pages });
    await condition(() => reviewed !== undefined, review.timeoutSeconds * 1000);
    waiting = undefined;
    return reviewed ?? result;
  };
}

/** Any client may send anything: types promise nothing here. */
function checkAnswer(answer: unknown, allowed: readonly string[]): void {
  const { classification, confidence }: Partial<Record<keyof ReviewAnswer, unknown>> =
    typeof answer === 'object' && answer !== null ? answer : {};
  if (typeof classification !== 'string' || !allowed.includes(classification)) {
    throw refused(`classification must be one of ${allowed.map((name) => `"${name}"`).join(', ')}`);
  }
  if (confidence === undefined) return;
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) {
    throw refused('confidence must be a number from 0 to 1');
  }
}

function notWaiting(): ApplicationFailure {
  return refused('This run does not wait for a review.');
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'invalid_request');
}
