import { unknownCategory, type Category } from './category.ts';
import type { PageResult } from './contract.ts';

/**
 * Combines page results into the document's classification: the category with the highest summed confidence over the
 * successful pages, the earlier page winning a tie; its confidence is the mean over the winning pages (agrees with
 * every sample of seed 001: 0.92 and 0.86 give 0.89). Returns undefined when no page was successful.
 *
 * A page that is `unknown`, and no category of the caller's is called that, abstains: annexes and terms fit no category of
 * a document that its first page names. The document is `unknown` when all its successful pages are.
 */
export function combinePages(
  allPages: readonly PageResult[],
  categories: readonly Category[] = [],
): { readonly classification: string; readonly confidence: number } | undefined {
  const canAbstain = !categories.some(({ name }) => name === unknownCategory);
  const decided = allPages.filter(({ success, classification }) => success && classification !== unknownCategory);
  const pages = canAbstain && decided.length > 0 ? decided : allPages;
  const votes = new Map<string, { sum: number; count: number }>();
  for (const page of pages.toSorted((a, b) => a.pageNumber - b.pageNumber)) {
    if (!page.success) continue;
    const vote = votes.get(page.classification) ?? { sum: 0, count: 0 };
    votes.set(page.classification, { sum: vote.sum + page.confidence, count: vote.count + 1 });
  }
  let winner: { classification: string; sum: number; count: number } | undefined;
  for (const [classification, vote] of votes) {
    if (!winner || vote.sum > winner.sum) winner = { classification, ...vote };
  }
  if (!winner) return undefined;
  const mean = winner.sum / winner.count;
  return { classification: winner.classification, confidence: Number(mean.toFixed(12)) };
}
