import type { ClassifyDocumentResult, ReviewFacts } from './contract.ts';

export const reviewLimits = {
  defaultTimeoutSeconds: 86_400,
  maxTimeoutSeconds: 30 * 86_400,
} as const;

/** The update by which a person answers a waiting run. */
export const reviewUpdateName = 'review';

/** A person's answer: one of the run's categories. Their reasons may quote the document, so they stay in the store. */
export interface ReviewAnswer {
  readonly classification: string;
  /** 0..1. The classifier's where the person agrees with it, else 1. */
  readonly confidence?: number | undefined;
}

export type ReviewedResult = ClassifyDocumentResult & { readonly review: ReviewFacts };

/** Applies a person's answer to a result. A later review replaces an earlier one; the initial answer stays. */
export function applyReview(
  result: ClassifyDocumentResult,
  { classification, confidence }: ReviewAnswer,
  reviewedAt: string,
): ReviewedResult {
  const initial = result.review?.initial ?? {
    classification: result.classification,
    confidence: result.confidence,
  };
  const isEdited = classification !== initial.classification;
  return {
    ...result,
    classification,
    confidence: confidence ?? (isEdited ? 1 : initial.confidence),
    review: { reviewedAt, isEdited, initial },
  };
}
