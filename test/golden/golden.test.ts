import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { readCategories, readCorpus } from '../../bench/accuracy/corpus.ts';
import { prepareCorpus, scoreDocuments, toOutcomes, type ReadyDocument } from '../../bench/accuracy/judge.ts';
import { createOcrPool } from '../../src/classifier/built-in/ocr-pool.ts';
import type { Category } from '../../src/domain/category.ts';
import { createDocumentRenderer } from '../../src/pdf/render-pool.ts';

/**
 * The built-in classifier's answers for the documents of this folder, as they were when somebody last looked at them.
 * `npm run record-golden` writes them anew, after a change that was meant; the difference stands in the commit.
 */
const here = fileURLToPath(new URL('.', import.meta.url));
const answersFile = join(here, 'answers.json');
const answerSchema = z.object({ classification: z.string(), confidence: z.number() });
const answersSchema = z.record(z.string(), z.record(z.string(), answerSchema));
type Answers = Readonly<Record<string, z.infer<typeof answerSchema>>>;

/** OCR differs a little between processors. */
const tolerance = 0.1;
const logger = pino({ level: 'silent' });

let folder: string;
let ocr: ReturnType<typeof createOcrPool>;
let documents: readonly ReadyDocument[];
let categories: Awaited<ReturnType<typeof readCategories>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pigeonhole-golden-'));
  const corpus = await readCorpus(here, 'golden');
  await using renderer = createDocumentRenderer({ logger });
  documents = await prepareCorpus(corpus, renderer, folder);
  categories = await readCategories(corpus.labels);
  ocr = createOcrPool({ logger, timeoutMs: 120_000 });
}, 300_000);
afterAll(async () => {
  await ocr[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function answersBy(given: readonly Category[]): Promise<Answers> {
  const outcomes = toOutcomes(await scoreDocuments(documents, given, ocr));
  return Object.fromEntries(
    outcomes.map(({ file, answer, confidence }) => [file, { classification: answer, confidence }]),
  );
}

test('the documents of our own making get the answers that somebody has looked at', async () => {
  const found = {
    'names alone': await answersBy(categories.names),
    'names and descriptions': await answersBy(categories.descriptions),
  };
  if (process.env['RECORD_GOLDEN'] === '1') await writeFile(answersFile, `${JSON.stringify(found, null, 2)}\n`);
  const recorded = answersSchema.parse(JSON.parse(await readFile(answersFile, 'utf8')));

  const expected = Object.fromEntries(
    Object.entries(recorded).map(([run, answers]) => [
      run,
      Object.fromEntries(
        Object.entries(answers).map(([file, { classification, confidence }]) => [
          file,
          {
            classification,
            confidence: expect.toSatisfy((value: number) => Math.abs(value - confidence) <= tolerance),
          },
        ]),
      ),
    ]),
  );
  expect(found).toEqual(expected);
}, 300_000);
