import type { Category } from '../../domain/category.ts';
import type { CategoryScore } from './score-categories.ts';

export interface CategoryProbability {
  readonly category: Category;
  readonly probability: number;
  readonly score: CategoryScore;
}

/** What makes confidences honest. Both numbers are measured (docs/accuracy.md), not chosen. */
export interface Calibration {
  /** How many units of evidence make one category e times as likely as another. */
  readonly temperature: number;
  /** How often a document is not what all its words say, so that no confidence is higher than the rest: 0 to 1. */
  readonly surprise: number;
}

const measured: Calibration = { temperature: 0.35, surprise: 0.02 };

/**
 * Turns scores into probabilities over the caller's categories, most likely first. Equal scores share equally and are
 * put in order of their names, so that the order in which a caller lists the categories changes nothing.
 */
export function toProbabilities(
  scores: readonly CategoryScore[],
  { temperature, surprise }: Calibration = measured,
): CategoryProbability[] {
  // The order of the sum is fixed, too: floating point addition depends on it in the last digit.
  const ordered = scores.toSorted((a, b) => b.score - a.score || compareNames(a.category.name, b.category.name));
  const highest = ordered[0]?.score ?? 0;
  const odds = ordered.map(({ score }) => Math.exp((score - highest) / temperature));
  const total = odds.reduce((sum, value) => sum + value, 0);
  return ordered.map((score, index) => {
    const probability = (1 - surprise) * ((odds[index] ?? 0) / total) + surprise / ordered.length;
    // Down, so that together they are never more than 1.
    return { category: score.category, score, probability: Math.floor(probability * 1e6) / 1e6 };
  });
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
