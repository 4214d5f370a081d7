import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { OcrEngine } from '../src/classifier/built-in/ocr-engine.ts';
import { createOcrPool } from '../src/classifier/built-in/ocr-pool.ts';
import { builtInWeights } from '../src/classifier/built-in/weights.ts';
import type { Category } from '../src/domain/category.ts';
import { createLogger } from '../src/logger.ts';
import { createDocumentRenderer } from '../src/pdf/render-pool.ts';
import { logLoss, toFolds } from './accuracy/calibration.ts';
import { readCategories, readCorpus } from './accuracy/corpus.ts';
import { prepareCorpus, scoreDocuments, toOutcomes, type ReadyDocument } from './accuracy/judge.ts';
import type { Outcome } from './accuracy/outcome.ts';
import { rememberOcr } from './accuracy/prepared-document.ts';
import { formatTable } from './table.ts';

type WeightName = keyof typeof builtInWeights;

const usual = ['title', 'telltale', 'missingQualifier', 'laterPage', 'previousPage'];
const factors = [0.5, 0.7, 0.85, 1, 1.15, 1.4, 2];

const help = `Whether another value of a weight of the built-in classifier would do better (src/classifier/built-in/weights.ts).

npm run bench:weights -- --corpus <folder>   the documents that MANIFEST.tsv lists there, as in bench:accuracy
  --group <name>      which of them; "business" by default
  --weights <names>   which weights, with commas between; by default ${usual.join(',')}
  --cache <folder>    where pages and what OCR read are kept; in the temporary folder by default

Tries ${factors.length} values of one weight at a time, the others as they are. Documents are dealt into five folds by issuer. For
each fold the value with the least log loss on the other four is chosen and judged on that fold, so no document is
judged by a value that it helped to choose. Loss is the sum of both lists of categories, lower is better. Where the
loss held out is no lower than today's, the weight is as good as this corpus can tell.`;

const { values } = parseArgs({
  options: {
    corpus: { type: 'string' },
    group: { type: 'string', default: 'business' },
    weights: { type: 'string', default: usual.join(',') },
    cache: { type: 'string', default: join(tmpdir(), 'pigeonhole-accuracy') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const names = values.weights.split(',').map((name) => name.trim());
const unknown = names.filter((name) => !isWeight(name));
const logger = createLogger({ level: 'warn', format: 'pretty' });

if (values.help) console.log(help);
else if (values.corpus === undefined || unknown.length > 0) {
  const problem = unknown.length > 0 ? `no such weight: ${unknown.join(', ')}` : '--corpus must be given';
  console.error(`${problem}\n\n${help}`);
  process.exitCode = 1;
} else await fit(values.corpus, names.filter(isWeight));

function isWeight(name: string): name is WeightName {
  return Object.hasOwn(builtInWeights, name);
}

async function fit(directory: string, weights: readonly WeightName[]): Promise<void> {
  const corpus = await readCorpus(directory, values.group);
  await using renderer = createDocumentRenderer({ logger });
  const documents = await prepareCorpus(corpus, renderer, values.cache);
  const { names: bare, descriptions } = await readCategories(corpus.labels);
  await using pool = createOcrPool({ logger, timeoutMs: 120_000 });
  const ocr = await rememberOcr(pool, values.cache);
  const judge = (name: WeightName, value: number) => outcomesWith(documents, [bare, descriptions], ocr, name, value);
  const rows = [['weight', 'today', 'fitted to all', 'by fold', 'right today', 'held out', 'loss today', 'held out']];
  for (const name of weights) {
    const trials: Trial[] = [];
    for (const factor of factors) {
      const value = Number((builtInWeights[name] * factor).toPrecision(3));
      trials.push({ value, outcomes: await judge(name, value) });
    }
    rows.push([name, ...describe(builtInWeights[name], trials)]);
  }
  console.log(formatTable(rows).join('\n'));
}

/** The answers with one value of a weight: by the names of the categories alone, then with their descriptions. */
interface Trial {
  readonly value: number;
  readonly outcomes: readonly Outcome[];
}

async function outcomesWith(
  documents: readonly ReadyDocument[],
  lists: readonly (readonly Category[])[],
  ocr: OcrEngine,
  name: WeightName,
  value: number,
): Promise<Outcome[]> {
  const weights = { ...builtInWeights, [name]: value };
  const outcomes: Outcome[] = [];
  for (const categories of lists) {
    outcomes.push(...toOutcomes(await scoreDocuments(documents, categories, ocr, { weights })));
  }
  return outcomes;
}

function describe(today: number, trials: readonly Trial[]): string[] {
  const present = trials.find(({ value }) => value === today);
  if (!present) throw new RangeError('the value of today must be among those that are tried');
  const heldOut: Outcome[] = [];
  const chosen: number[] = [];
  for (const fold of toFolds(present.outcomes)) {
    const issuers = new Set(fold.map(({ issuer }) => issuer));
    const best = leastLoss(trials, ({ issuer }) => !issuers.has(issuer));
    chosen.push(best.value);
    heldOut.push(...best.outcomes.filter(({ issuer }) => issuers.has(issuer)));
  }
  return [
    `${today}`,
    `${leastLoss(trials, () => true).value}`,
    chosen.join(' '),
    `${countRight(present.outcomes)}`,
    `${countRight(heldOut)}`,
    logLoss(present.outcomes).toFixed(1),
    logLoss(heldOut).toFixed(1),
  ];
}

function leastLoss(trials: readonly Trial[], counts: (outcome: Outcome) => boolean): Trial {
  const losses = trials.map((trial) => ({ trial, loss: logLoss(trial.outcomes.filter(counts)) }));
  const [best] = losses.toSorted((a, b) => a.loss - b.loss);
  if (!best) throw new RangeError('no value to choose from');
  return best.trial;
}

function countRight(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ label, answer }) => label === answer).length;
}
