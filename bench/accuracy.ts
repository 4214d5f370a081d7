/**
 * How often the built-in classifier is right on documents with known categories.
 *
 * node bench/accuracy.ts --corpus <folder with MANIFEST.tsv> [--group business] [--cache <folder>] [--list]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBuiltInClassifier } from '../src/classifier/built-in/built-in-classifier.ts';
import { createOcrPool } from '../src/classifier/built-in/ocr-pool.ts';
import type { PageClassifier } from '../src/classifier/page-classifier.ts';
import type { Category } from '../src/domain/category.ts';
import { combinePages } from '../src/domain/classification.ts';
import type { PageResult } from '../src/domain/contract.ts';
import { createLogger } from '../src/logger.ts';
import { createDocumentRenderer } from '../src/pdf/render-pool.ts';
import { prepareDocument, rememberOcr, toClassifiablePage } from './accuracy/prepared-document.ts';
import { describeOutcome, type Outcome } from './accuracy/outcome.ts';

const { values } = parseArgs({
  options: {
    corpus: { type: 'string' },
    group: { type: 'string', default: 'business' },
    cache: { type: 'string', default: '.cache/accuracy' },
    list: { type: 'boolean', default: false },
  },
});
if (values.corpus === undefined) throw new Error('--corpus <folder with MANIFEST.tsv> is required');

interface LabelledDocument {
  readonly file: string;
  readonly label: string;
}

const documents = await readManifest(values.corpus, values.group);
const labels = [...new Set(documents.map(({ label }) => label))].toSorted();
const descriptions: unknown = JSON.parse(
  await readFile(new URL('category-descriptions.json', import.meta.url), 'utf8'),
);
const withNames = labels.map((name): Category => ({ name }));
const withDescriptions = labels.map((name): Category => {
  const description = descriptionOf(descriptions, name);
  return description === undefined ? { name } : { name, description };
});

const logger = createLogger({ level: 'warn', format: 'pretty' });
await using renderer = createDocumentRenderer({ logger });
await using ocr = createOcrPool({ logger, timeoutMs: 120_000 });
const classifier = createBuiltInClassifier({ ocr: rememberOcr(ocr, join(values.cache, 'ocr')) });

for (const [title, categories] of [
  ['names alone', withNames],
  ['names and descriptions', withDescriptions],
] as const) {
  const outcomes: Outcome[] = [];
  const startedAt = performance.now();
  let pageCount = 0;
  for (const document of documents) {
    const pages = await classifyDocument(classifier, document, categories);
    pageCount += pages.length;
    const combined = combinePages(pages);
    outcomes.push({
      file: document.file,
      label: document.label,
      answer: combined?.classification ?? '(none)',
      confidence: combined?.confidence ?? 0,
    });
  }
  const msPerPage = (performance.now() - startedAt) / pageCount;
  console.log(`\n${title}: ${describeOutcome(outcomes, labels, values.list)}`);
  console.log(`${msPerPage.toFixed(1)} ms a page for the words of ${pageCount} pages, rendering and OCR remembered`);
}

async function classifyDocument(
  pageClassifier: PageClassifier,
  { file }: LabelledDocument,
  categories: readonly Category[],
): Promise<PageResult[]> {
  const directory = join(values.cache, 'documents', file.replaceAll(/[^\w.-]/g, '_'));
  const prepared = await prepareDocument(renderer, join(values.corpus ?? '', file), directory);
  const results: PageResult[] = [];
  for (const page of prepared.pages) {
    if (page.isBlank) continue;
    const answer = await pageClassifier.classifyPage({
      page: toClassifiablePage(page, prepared, directory),
      categories,
      seed: file,
      signal: new AbortController().signal,
    });
    results.push({ pageNumber: page.pageNumber, success: true, ...answer });
  }
  return results;
}

async function readManifest(corpus: string, group: string): Promise<LabelledDocument[]> {
  const manifest = await readFile(join(corpus, 'MANIFEST.tsv'), 'utf8');
  return manifest
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .filter((columns) => columns[3] === group)
    .map(([file = '', , , , label = '']) => ({ file, label }));
}

function descriptionOf(table: unknown, name: string): string | undefined {
  if (typeof table !== 'object' || table === null) return undefined;
  const found: unknown = Object.entries(table).find(([key]) => key === name)?.[1];
  return typeof found === 'string' ? found : undefined;
}
