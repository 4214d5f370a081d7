import type { Logger } from 'pino';
import type { PlacedText } from '../../domain/page.ts';
import { cancelled } from '../../domain/error-sentences.ts';
import type { Category } from '../../domain/category.ts';
import {
  withUnknown,
  type PageClassification,
  type PageClassificationRequest,
  type PageClassifier,
} from '../page-classifier.ts';
import { withInstructions } from './instructions.ts';
import type { OcrEngine } from './ocr-engine.ts';
import { readPageWords } from './page-words.ts';
import { toProbabilities } from './probabilities.ts';
import type { CategoryScore, PageScores } from './score-categories.ts';
import { scorePage } from './score-page.ts';
import { builtInWeights } from './weights.ts';
import { withPreviousPage } from './with-previous-page.ts';

export interface BuiltInClassifierOptions {
  /** Reads pages without a text layer; it stays the caller's to dispose of. */
  readonly ocr: OcrEngine;
  readonly logger?: Logger;
}

/** How the classifier is called in results and logs, wherever it runs. */
export const builtIn = { name: 'built-in', model: 'built-in-4' } as const;

const maxCandidates = 5;

/**
 * A classifier without model, key or network: a page's words and looks against the caller's names and descriptions
 * (docs/built-in-classifier.md). The same request gives the same answer.
 *
 * It runs where it is called: the service calls it in processes of its own (`createScoringPool`).
 */
export function createBuiltInClassifier({ ocr, logger }: BuiltInClassifierOptions): PageClassifier {
  return {
    ...builtIn,
    async classifyPage(request) {
      const { page, signal } = request;
      try {
        signal.throwIfAborted();
        const { words, warnings } = await readPageWords(page, ocr, signal);
        signal.throwIfAborted();
        const categories = withInstructions(request.categories, request.instructions);
        const classification = answer(await scoreRequest(words, { ...request, categories }));
        return warnings.length > 0 ? { ...classification, warnings } : classification;
      } catch (error) {
        if (signal.aborted) throw cancelled();
        logger?.debug({ pageNumber: page.pageNumber }, 'page could not be classified');
        throw error;
      }
    },
  };
}

/**
 * Lets "none of them" compete with the categories, with the usual evidence for wrong ones or the evidence for a kind
 * that nobody asked for: as a category of its own, or as the caller's category for all the rest, whose own evidence
 * counts if it is more.
 */
async function scoreRequest(words: PlacedText, request: PageClassificationRequest): Promise<PageScores> {
  const { page, categories, catchAll } = request;
  const scores = await withPreviousPage(await scorePage(words, page, categories), request);
  const ofNone = Math.max(builtInWeights.evidenceOfWrongCategory, scores.beyond ?? 0);
  const ofNoCategory = (category: Category): CategoryScore => ({
    category,
    score: ofNone,
    isOfNone: true,
    reasons: [],
  });
  const added = withUnknown(request).slice(categories.length).map(ofNoCategory);
  if (added.length === 0 && catchAll === undefined) return scores;
  const known = scores.categories.map((each) =>
    each.category.name === catchAll && each.score < ofNone ? ofNoCategory(each.category) : each,
  );
  return { categories: [...known, ...added] };
}

function answer(scores: PageScores): PageClassification {
  const ranked = toProbabilities(scores);
  const [best] = ranked;
  if (!best) throw new RangeError('a page cannot be classified without categories');
  return {
    classification: best.category.name,
    rawResult: best.category.name,
    confidence: best.probability,
    confidenceSource: 'word-scores',
    candidates: ranked
      .slice(0, maxCandidates)
      .map(({ category, probability }) => ({ name: category.name, confidence: probability })),
    reasoning: explain(best.score),
  };
}

function explain({ reasons, isOfNone }: CategoryScore): string {
  if (isOfNone === true) {
    return 'Too little on the page speaks for any of the categories.';
  }
  const told = reasons.map(
    ({ text, isOfPreviousPage }) => `"${text}"${isOfPreviousPage ? ' (on the previous page)' : ''}`,
  );
  const words = [...new Set(told)].slice(0, 4);
  return words.length === 0 ? 'None of the words on the page tells.' : `Decided by ${words.join(', ')}.`;
}
