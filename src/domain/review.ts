import type { ClassifyDocumentResult, ReviewFacts } from './contract.ts';

export const reviewLimits = {
  defaultTimeoutSeconds: 86_400,
  maxTimeoutSeconds: 30 * 86_400,
} as const;

/** The name of the update by which a person answers a run that waits for it. */
export const reviewUpdateName = 'review';

/** What a person says: one of the run's categories. Their reasons, which may quote the document, stand in the store. */
export interface ReviewAnswer {
  readonly classification: string;
  /** 0..1; that of the classifier where they agree with it, else 1. */
  readonly confidence?: number | undefined;
}

export type ReviewedResult = ClassifyDocumentResult & { readonly review: ReviewFacts };

/** The result as the person has it. A later review takes the place of an earlier one; the initial answer stays. */
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
