import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createOcrPool } from '../src/classifier/built-in/ocr-pool.ts';
import { createOpenAiClassifier } from '../src/classifier/openai/openai-classifier.ts';
import { readConfig } from '../src/config/config.ts';
import type { Category } from '../src/domain/category.ts';
import { createLogger } from '../src/logger.ts';
import { createDocumentRenderer } from '../src/pdf/render-pool.ts';
import { crossValidate, fitCalibration } from './accuracy/calibration.ts';
import { readCategories, readCorpus, readNamedCategories, rename } from './accuracy/corpus.ts';
import {
  classifyDocuments,
  prepareCorpus,
  scoreDocuments,
  toOutcomes,
  type Ablation,
  type ReadyDocument,
} from './accuracy/judge.ts';
import { describeNeighbours } from './accuracy/neighbours.ts';
import type { Outcome } from './accuracy/outcome.ts';
import { rememberOcr } from './accuracy/prepared-document.ts';
import { drawReliability } from './accuracy/reliability-plot.ts';
import { describeUnknown } from './accuracy/unknown.ts';
import { describeClasses, describeConfusion, describeMistakes, describeRun } from './accuracy/report.ts';
import { formatTable } from './table.ts';

const help = `How often a classifier is right on documents whose categories are known, and how honest its confidence is.

npm run bench:accuracy -- --corpus <folder>   the built-in classifier on the documents that MANIFEST.tsv lists there
  --group <name>         which of them; "business" by default
  --classifier openai    the model of OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL instead
  --categories <file>    what the labels are called instead, with or without descriptions: a JSON array of
                         {label, name, description?}; documents of other labels are left out
  --unknown              also how many documents are called unknown, where that is allowed
  --ablation             also without each part of the built-in classifier
  --neighbours           also what the page before a page is worth to it
  --list                 also the documents that were wrong
  --cache <folder>       where pages and what OCR read are kept; in the temporary folder by default

The figures and reliability plots go to bench/results/; docs/accuracy.md explains them.`;

const { values } = parseArgs({
  options: {
    corpus: { type: 'string' },
    group: { type: 'string', default: 'business' },
    classifier: { type: 'string', default: 'built-in' },
    categories: { type: 'string' },
    unknown: { type: 'boolean', default: false },
    ablation: { type: 'boolean', default: false },
    neighbours: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    cache: { type: 'string', default: join(tmpdir(), 'pigeonhole-accuracy') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const ablations: readonly Ablation[] = [
  'titles',
  'telltales and hints',
  'shape',
  'descriptions',
  'kinds',
  'places and sizes',
  'the page before',
  'OCR',
];
const logger = createLogger({ level: 'warn', format: 'pretty' });
const results = fileURLToPath(new URL('results', import.meta.url));

if (values.help) console.log(help);
else if (values.corpus === undefined || !['built-in', 'openai'].includes(values.classifier)) {
  console.error(`--corpus must be given, and --classifier be built-in or openai\n\n${help}`);
  process.exitCode = 1;
} else await measure(values.corpus);

async function measure(directory: string): Promise<void> {
  const corpus = await readCorpus(directory, values.group);
  await using renderer = createDocumentRenderer({ logger });
  const documents = await prepareCorpus(corpus, renderer, values.cache);
  const measureOne = values.classifier === 'openai' ? measureModel : measureBuiltIn;
  if (values.categories !== undefined) {
    const named = await readNamedCategories(values.categories);
    await measureOne(basename(values.categories, '.json'), rename(documents, named), named.categories);
    return;
  }
  const { names, descriptions } = await readCategories(corpus.labels);
  await measureOne('names alone', documents, names);
  await measureOne('names and descriptions', documents, descriptions);
}

async function measureBuiltIn(
  title: string,
  documents: readonly ReadyDocument[],
  categories: readonly Category[],
): Promise<void> {
  await using pool = createOcrPool({ logger, timeoutMs: 120_000 });
  const ocr = await rememberOcr(pool, values.cache);
  await scoreDocuments(documents, categories, ocr);
  const startedAt = performance.now();
  const scored = await scoreDocuments(documents, categories, ocr);
  const elapsedMs = performance.now() - startedAt;
  const heldOut = crossValidate(scored);
  await report(`built-in, ${title}`, toOutcomes(scored), elapsedMs, documents, categories);
  await plot(`built-in, ${title}, held out`, heldOut.outcomes);
  const folds = heldOut.calibrations.map(
    ({ temperature, surprise, handicap }) => `${temperature.toFixed(2)}/${surprise}/${handicap}`,
  );
  const fitted = fitCalibration(scored);
  console.log(
    `cross-validated by issuer: ${describeRun(heldOut.outcomes)}; temperature/surprise/handicap by fold ${folds.join(' ')}`,
  );
  console.log(`fitted to all: ${fitted.temperature.toFixed(2)}/${fitted.surprise}/${fitted.handicap}`);
  if (values.unknown) console.log((await describeUnknown(documents, categories, ocr)).join('\n'));
  if (values.neighbours) console.log((await describeNeighbours(documents, categories)).join('\n'));
  if (!values.ablation) return;
  const rows = [['without', 'result']];
  for (const part of ablations) {
    rows.push([part, describeRun(toOutcomes(await scoreDocuments(documents, categories, ocr, { without: part })))]);
  }
  console.log(formatTable(rows).join('\n'));
}

async function measureModel(
  title: string,
  documents: readonly ReadyDocument[],
  categories: readonly Category[],
): Promise<void> {
  const { classifier } = readConfig({ ...process.env, CLASSIFIER: 'openai' });
  if (classifier.kind !== 'openai') throw new Error('no model is configured');
  const model = createOpenAiClassifier({ ...classifier, apiKey: classifier.apiKey.reveal(), logger });
  const startedAt = performance.now();
  const outcomes = await classifyDocuments(documents, categories, model);
  await report(`${classifier.model}, ${title}`, outcomes, performance.now() - startedAt, documents, categories);
}

async function report(
  title: string,
  outcomes: readonly Outcome[],
  elapsedMs: number,
  documents: readonly ReadyDocument[],
  categories: readonly Category[],
): Promise<void> {
  const labels = categories.map(({ name }) => name);
  const pageCount = documents.reduce((sum, { pages }) => sum + pages.length, 0);
  console.log(`\n${title}: ${describeRun(outcomes)}`);
  console.log(`${(elapsedMs / pageCount).toFixed(1)} ms a page for ${pageCount} pages, rendering and OCR remembered\n`);
  console.log([...describeClasses(outcomes, labels), '', ...describeConfusion(outcomes, labels), ''].join('\n'));
  if (values.list) console.log([...describeMistakes(outcomes), ''].join('\n'));
  await plot(title, outcomes);
}

async function plot(title: string, outcomes: readonly Outcome[]): Promise<void> {
  const name = title.replaceAll(/[^\w.]+/g, '-');
  await mkdir(results, { recursive: true });
  await writeFile(join(results, `accuracy-${name}.json`), JSON.stringify(outcomes, undefined, 1));
  await writeFile(join(results, `accuracy-${name}.svg`), drawReliability(title, outcomes));
}
