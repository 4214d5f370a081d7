import type { PageClassificationRequest } from '../page-classifier.ts';
import { toProbabilities } from './probabilities.ts';
import type { PageScores } from './score-categories.ts';
import { scorePage } from './score-page.ts';
import { builtInWeights, type ScoringOptions } from './weights.ts';

/**
 * Lets the previous page speak for one whose own words leave it open what it is: the second page of a contract bears no
 * title. A page that says what it is is judged by itself, because a file may hold several documents; so is one that may
 * be of no category, because then that is an answer.
 */
export async function withPreviousPage(
  scores: PageScores,
  { page, categories, mayBeUnknown, catchAll }: Omit<PageClassificationRequest, 'seed' | 'signal'>,
  options: ScoringOptions = {},
): Promise<PageScores> {
  const { unsureBelow, previousPage } = options.weights ?? builtInWeights;
  const { beyond } = scores;
  if (mayBeUnknown === true || catchAll !== undefined || beyond === undefined || !page.neighbours) return scores;
  const [best] = toProbabilities(scores);
  if (!best || best.probability >= unsureBelow) return scores;
  const previous = (await page.neighbours()).find(({ pageNumber }) => pageNumber === page.pageNumber - 1);
  if (!previous) return scores;
  const place = { ...page, pageNumber: previous.pageNumber };
  const theirs = await scorePage(previous.text, place, categories, options);
  const byName = new Map(theirs.categories.map((each) => [each.category.name, each]));
  const together = scores.categories.map((own) => {
    const other = byName.get(own.category.name);
    if (!other) return own;
    const reasons = other.reasons.map((reason) => ({ ...reason, isOfPreviousPage: true }));
    return { ...own, score: own.score + previousPage * other.score, reasons: [...own.reasons, ...reasons] };
  });
  return { categories: together, beyond: beyond + previousPage * (theirs.beyond ?? 0) };
}
