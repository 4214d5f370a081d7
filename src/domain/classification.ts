import { unknownCategory, type Category } from './category.ts';
import type { PageResult } from './contract.ts';

/**
 * Combines page results into the document's classification: the category with the highest summed confidence over the
 * successful pages, the earlier page winning a tie. Its confidence is the mean over the winning pages, as Unsiloed's
 * samples have it: 0.92 and 0.86 give 0.89. Returns undefined when no page was successful.
 *
 * A page that is `unknown` abstains, unless a category of the caller's has that name: annexes and terms fit no category
 * of a document that its first page names. The document is `unknown` when all its successful pages are. Pages of the
 * category for all the rest abstain as well, except the first page.
 */
export function combinePages(
  allPages: readonly PageResult[],
  { categories = [], catchAll }: VoteRules = {},
): { readonly classification: string; readonly confidence: number } | undefined {
  const successful = allPages.filter(({ success }) => success).toSorted((a, b) => a.pageNumber - b.pageNumber);
  const canBeUnknown = !categories.some(({ name }) => name === unknownCategory);
  const known = canBeUnknown ? without(unknownCategory, successful) : successful;
  const decided = catchAll === undefined || known[0]?.classification === catchAll ? known : without(catchAll, known);
  const votes = new Map<string, { sum: number; count: number }>();
  for (const page of decided) {
    const vote = votes.get(page.classification) ?? { sum: 0, count: 0 };
    votes.set(page.classification, { sum: vote.sum + page.confidence, count: vote.count + 1 });
  }
  let winner: { classification: string; sum: number; count: number } | undefined;
  for (const [classification, vote] of votes) {
    if (!winner || roundConfidence(vote.sum) > roundConfidence(winner.sum)) winner = { classification, ...vote };
  }
  if (!winner) return undefined;
  const mean = winner.sum / winner.count;
  return { classification: winner.classification, confidence: roundConfidence(mean) };
}

/**
 * Rounds a confidence to twelve digits. Floating point noise beyond says nothing and must decide no vote: 0.1 + 0.2
 * ties with 0.3.
 */
export function roundConfidence(confidence: number): number {
  return Number(confidence.toFixed(12));
}

export interface VoteRules {
  readonly categories?: readonly Category[];
  /** The category for what fits none of the others. */
  readonly catchAll?: string | undefined;
}

/** The pages of other categories, or all pages when there are none. */
function without(classification: string, pages: readonly PageResult[]): readonly PageResult[] {
  const others = pages.filter((page) => page.classification !== classification);
  return others.length > 0 ? others : pages;
}
