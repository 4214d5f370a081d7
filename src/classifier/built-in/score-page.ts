import type { Category } from '../../domain/category.ts';
import type { PlacedText } from '../../domain/page.ts';
import type { ClassifiablePage } from '../page-classifier.ts';
import { scoreCategories, type PageScores } from './score-categories.ts';
import { builtInWeights, type ScoringOptions } from './weights.ts';

/** Scores every category against one page of a document, by its words, its size and its place in the document. */
export async function scorePage(
  words: PlacedText,
  { pageNumber, widthPx, heightPx }: Pick<ClassifiablePage, 'pageNumber' | 'widthPx' | 'heightPx'>,
  categories: readonly Category[],
  options: ScoringOptions = {},
): Promise<PageScores> {
  const size = widthPx === undefined || heightPx === undefined ? undefined : { widthPx, heightPx };
  const scores = await scoreCategories(words, size, categories, options);
  return pageNumber === 1 ? scores : scaleScores(scores, (options.weights ?? builtInWeights).laterPage);
}

function scaleScores({ categories, beyond }: PageScores, share: number): PageScores {
  const scaled = categories.map((each) => ({ ...each, score: each.score * share }));
  return beyond === undefined ? { categories: scaled } : { categories: scaled, beyond: beyond * share };
}
