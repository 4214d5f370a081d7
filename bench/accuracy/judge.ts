import { join } from 'node:path';
import type { OcrEngine } from '../../src/classifier/built-in/ocr-engine.ts';
import { readPageWords } from '../../src/classifier/built-in/page-words.ts';
import { toProbabilities } from '../../src/classifier/built-in/probabilities.ts';
import type { PageScores } from '../../src/classifier/built-in/score-categories.ts';
import { scorePage } from '../../src/classifier/built-in/score-page.ts';
import type { Calibration, Evidence, Weights } from '../../src/classifier/built-in/weights.ts';
import { withPreviousPage } from '../../src/classifier/built-in/with-previous-page.ts';
import type { ClassifiablePage, PageClassifier } from '../../src/classifier/page-classifier.ts';
import type { Category } from '../../src/domain/category.ts';
import { combinePages } from '../../src/domain/classification.ts';
import type { PageResult } from '../../src/domain/contract.ts';
import type { DocumentRenderer } from '../../src/pdf/document-renderer.ts';
import type { Corpus, LabelledDocument } from './corpus.ts';
import type { Outcome } from './outcome.ts';
import { prepareDocument, toClassifiablePage } from './prepared-document.ts';

/** A document with its pages that are not blank. */
export interface ReadyDocument extends LabelledDocument {
  readonly pages: readonly ClassifiablePage[];
}

/** What the built-in classifier gives a document before scores become probabilities. */
export interface ScoredDocument extends LabelledDocument {
  readonly pages: readonly PageScores[];
}

/** What is taken away from the built-in classifier: evidence, what it knows of a page, or its OCR. */
export type Ablation = Evidence | 'places and sizes' | 'OCR' | 'the page before';

/** How the classifier that is measured departs from the one that runs. */
export interface Departure {
  readonly without?: Ablation;
  readonly weights?: Weights;
}

const signal = new AbortController().signal;
const blind: OcrEngine = { recognise: async () => ({ text: '', spans: [] }) };

/** Renders each document of the corpus, or reads what an earlier run has rendered. */
export async function prepareCorpus(corpus: Corpus, renderer: DocumentRenderer, cache: string) {
  const ready: ReadyDocument[] = [];
  for (const document of corpus.documents) {
    const directory = join(cache, 'documents', document.file.replaceAll(/[^\w.-]/g, '_'));
    const prepared = await prepareDocument(renderer, join(corpus.directory, document.file), directory);
    const pages = prepared.pages.filter(({ isBlank }) => !isBlank);
    ready.push({ ...document, pages: pages.map((page) => toClassifiablePage(page, prepared, directory)) });
  }
  return ready;
}

/** Scores every page by the built-in classifier's own parts, so that a calibration can be tried afterwards. */
export async function scoreDocuments(
  documents: readonly ReadyDocument[],
  categories: readonly Category[],
  ocr: OcrEngine,
  departure: Departure = {},
): Promise<ScoredDocument[]> {
  const scored: ScoredDocument[] = [];
  for (const document of documents) {
    const pages: PageScores[] = [];
    for (const page of document.pages) pages.push(await readAndScore(page, categories, ocr, departure));
    scored.push({ ...document, pages });
  }
  return scored;
}

async function readAndScore(
  page: ClassifiablePage,
  categories: readonly Category[],
  ocr: OcrEngine,
  { without, weights }: Departure,
): Promise<PageScores> {
  const { words } = await readPageWords(page, without === 'OCR' ? blind : ocr, signal);
  if (without === 'places and sizes') {
    return scorePage({ text: words.text, spans: [] }, { pageNumber: page.pageNumber }, categories, { weights });
  }
  const evidence = without === 'OCR' || without === 'the page before' ? undefined : without;
  const options = { without: evidence, weights };
  const scores = await scorePage(words, page, categories, options);
  return without === 'the page before' ? scores : withPreviousPage(scores, { page, categories }, options);
}

/** The documents' answers under one calibration. */
export function toOutcomes(documents: readonly ScoredDocument[], calibration?: Calibration): Outcome[] {
  return documents.map((document) => {
    const pages = document.pages.map((scores, index): PageResult => {
      const [best] = toProbabilities(scores, calibration);
      return {
        pageNumber: index + 1,
        success: true,
        classification: best?.category.name ?? '',
        confidence: best?.probability ?? 0,
      };
    });
    return toOutcome(document, pages);
  });
}

/** The documents' answers by any classifier; a page that fails does not vote, as in a run. */
export async function classifyDocuments(
  documents: readonly ReadyDocument[],
  categories: readonly Category[],
  classifier: PageClassifier,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const document of documents) {
    const pages: PageResult[] = [];
    for (const page of document.pages) {
      const request = { page, categories, seed: `${document.file}:${page.pageNumber}`, signal };
      const answer = await classifier.classifyPage(request).catch((error: unknown) => {
        console.error(
          `${document.file}, page ${page.pageNumber}: ${error instanceof Error ? error.message : 'failed'}`,
        );
      });
      if (answer) pages.push({ pageNumber: page.pageNumber, success: true, ...answer });
    }
    outcomes.push(toOutcome(document, pages));
  }
  return outcomes;
}

function toOutcome({ file, label, issuer }: LabelledDocument, pages: readonly PageResult[]): Outcome {
  const combined = combinePages(pages);
  return {
    file,
    label,
    issuer,
    answer: combined?.classification ?? '(none)',
    confidence: combined?.confidence ?? 0,
  };
}
