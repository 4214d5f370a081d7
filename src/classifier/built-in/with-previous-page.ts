import type { PageClassificationRequest } from '../page-classifier.ts';
import type { Evidence } from './kind-index.ts';
import { toProbabilities } from './probabilities.ts';
import type { PageScores } from './score-categories.ts';
import { scorePage } from './score-page.ts';

/** A page is unsure where no category is likelier than all others together. */
const unsureBelow = 0.5;

/** How much of what the previous page says counts for this one (measured, docs/built-in-classifier.md). */
const previousShare = 0.5;

/**
 * Lets the previous page speak for one whose own words leave it open what it is: the second page of a contract bears no
 * title. A page that says what it is is judged by itself, because a file may hold several documents; so is one that may
 * be of no category, because then that is an answer.
 */
export async function withPreviousPage(
  scores: PageScores,
  { page, categories, mayBeUnknown, catchAll }: Omit<PageClassificationRequest, 'seed' | 'signal'>,
  without?: Evidence,
): Promise<PageScores> {
  const { beyond } = scores;
  if (mayBeUnknown === true || catchAll !== undefined || beyond === undefined || !page.neighbours) return scores;
  const [best] = toProbabilities(scores);
  if (!best || best.probability >= unsureBelow) return scores;
  const previous = (await page.neighbours()).find(({ pageNumber }) => pageNumber === page.pageNumber - 1);
  if (!previous) return scores;
  const place = { ...page, pageNumber: previous.pageNumber };
  const theirs = await scorePage(previous.text, place, categories, without);
  const byName = new Map(theirs.categories.map((each) => [each.category.name, each]));
  const together = scores.categories.map((own) => {
    const other = byName.get(own.category.name);
    if (!other) return own;
    const reasons = other.reasons.map((reason) => ({ ...reason, isOfPreviousPage: true }));
    return { ...own, score: own.score + previousShare * other.score, reasons: [...own.reasons, ...reasons] };
  });
  return { categories: together, beyond: beyond + previousShare * (theirs.beyond ?? 0) };
}
