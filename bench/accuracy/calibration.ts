import type { Calibration } from '../../src/classifier/built-in/weights.ts';
import { toOutcomes, type ScoredDocument } from './judge.ts';
import type { Outcome } from './outcome.ts';

const foldCount = 5;

const grid: readonly Calibration[] = Array.from({ length: 17 }, (_, index) => 0.2 + index * 0.05).flatMap(
  (temperature) =>
    [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06].flatMap((surprise) =>
      [0, 0.5, 1, 1.5, 2, 3, 5].map((handicap) => ({ temperature, surprise, handicap })),
    ),
);

/** The calibration under which the outcomes that were seen are the least surprising (log loss of right or wrong). */
export function fitCalibration(documents: readonly ScoredDocument[]): Calibration {
  let best: { calibration: Calibration; loss: number } | undefined;
  for (const calibration of grid) {
    const loss = logLoss(toOutcomes(documents, calibration));
    if (!best || loss < best.loss) best = { calibration, loss };
  }
  if (!best) throw new RangeError('no calibration to choose from');
  return best.calibration;
}

/**
 * How surprising the outcomes are, given how sure the classifier was of each: the sum of log loss of right or wrong.
 */
export function logLoss(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((sum, { label, answer, confidence }) => {
    const probability = Math.min(1 - 1e-6, Math.max(1e-6, confidence));
    return sum - Math.log(label === answer ? probability : 1 - probability);
  }, 0);
}

/** Judges each document under a calibration that no document of its issuer had a part in. */
export function crossValidate(documents: readonly ScoredDocument[]) {
  const folds = toFolds(documents);
  const calibrations: Calibration[] = [];
  const outcomes: Outcome[] = [];
  for (const fold of folds) {
    const calibration = fitCalibration(folds.filter((other) => other !== fold).flat());
    calibrations.push(calibration);
    outcomes.push(...toOutcomes(fold, calibration));
  }
  return { calibrations, outcomes };
}

/** Deals documents into five folds by issuer: the largest first, each into the fold with the fewest documents. */
export function toFolds<T extends { readonly issuer: string }>(documents: readonly T[]): readonly (readonly T[])[] {
  const byIssuer = [...Map.groupBy(documents, ({ issuer }) => issuer)].toSorted(
    ([nameA, a], [nameB, b]) => b.length - a.length || (nameA < nameB ? -1 : 1),
  );
  const folds: T[][] = Array.from({ length: foldCount }, () => []);
  for (const [, group] of byIssuer) {
    folds.reduce((least, fold) => (fold.length < least.length ? fold : least)).push(...group);
  }
  return folds;
}
