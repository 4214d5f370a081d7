import type { Category } from '../../domain/category.ts';
import type { CategoryScore, PageScores } from './score-categories.ts';
import { builtInCalibration, type Calibration } from './weights.ts';

export interface CategoryProbability {
  readonly category: Category;
  readonly probability: number;
  readonly score: CategoryScore;
}

/**
 * Turns scores into probabilities over the caller's categories, most likely first. "None of them" competes too; its
 * share is spread over all. Equal scores share equally and come in the order of their names, so
 * the order in which a caller lists the categories changes nothing.
 */
export function toProbabilities(
  { categories, beyond }: PageScores,
  { temperature, surprise, handicap }: Calibration = builtInCalibration,
): CategoryProbability[] {
  // The order of the sum is fixed, too: floating point addition depends on it in the last digit.
  const ordered = categories.toSorted((a, b) => b.score - a.score || compareNames(a.category.name, b.category.name));
  const noneScore = beyond === undefined ? -Infinity : beyond - handicap;
  const highest = Math.max(noneScore, ordered[0]?.score ?? 0);
  const odds = ordered.map(({ score }) => Math.exp((score - highest) / temperature));
  const noneOdds = Math.exp((noneScore - highest) / temperature);
  const total = odds.reduce((sum, value) => sum + value, noneOdds);
  const spread = ((1 - surprise) * noneOdds) / total + surprise;
  return ordered.map((score, index) => {
    const probability = (1 - surprise) * ((odds[index] ?? 0) / total) + spread / ordered.length;
    // Down, so that together they are never more than 1.
    return { category: score.category, score, probability: Math.floor(probability * 1e6) / 1e6 };
  });
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
