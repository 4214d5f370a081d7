/** What came of one document. */
export interface Outcome {
  readonly file: string;
  readonly label: string;
  readonly issuer: string;
  readonly answer: string;
  readonly confidence: number;
}

/** One range of confidence: what was said, and what was right. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
}

const binCount = 10;

function accuracyOf(outcomes: readonly Outcome[]): number {
  return countRight(outcomes) / Math.max(1, outcomes.length);
}

export function countRight(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ label, answer }) => label === answer).length;
}

/** Ten equal ranges of confidence; those without a document are left out. */
export function toReliabilityBins(outcomes: readonly Outcome[]): ReliabilityBin[] {
  const grouped = Map.groupBy(outcomes, ({ confidence }) => Math.min(binCount - 1, Math.floor(confidence * binCount)));
  return [...grouped]
    .toSorted(([a], [b]) => a - b)
    .map(([index, inBin]) => ({
      from: index / binCount,
      to: (index + 1) / binCount,
      count: inBin.length,
      meanConfidence: inBin.reduce((sum, { confidence }) => sum + confidence, 0) / inBin.length,
      accuracy: accuracyOf(inBin),
    }));
}

/** The mean distance of confidence and accuracy over the ranges, weighted by their documents. */
export function calibrationError(outcomes: readonly Outcome[]): number {
  return toReliabilityBins(outcomes).reduce(
    (sum, { count, meanConfidence, accuracy }) => sum + (count * Math.abs(meanConfidence - accuracy)) / outcomes.length,
    0,
  );
}
