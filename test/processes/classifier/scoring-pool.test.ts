import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { createBuiltInClassifier } from '../../../src/classifier/built-in/built-in-classifier.ts';
import type { OcrEngine } from '../../../src/classifier/built-in/ocr-engine.ts';
import { createScoringPool } from '../../../src/classifier/built-in/scoring-pool.ts';
import { buildPage } from '../../support/classifiable-page.ts';
import { pageRequest } from '../../support/model-classifier.ts';

const invoice = 'INVOICE\nInvoice number 4711\nBill to: Globex Ltd\nSubtotal 30.00\nVAT 19% 5.70\nTotal due 35.70';
const categories = [{ name: 'invoice' }, { name: 'contract' }, { name: 'letter' }];
const ocr: OcrEngine = { recognise: async () => ({ text: invoice, spans: [] }) };
const logger = pino({ level: 'silent' });

describe('createScoringPool', () => {
  const pool = createScoringPool({ ocr, logger, processes: 1 });
  afterAll(() => pool[Symbol.asyncDispose]());

  const image = new Uint8Array([1]);
  test.each([
    ['a page with a text layer', { text: invoice }],
    ['a page of a text, which has no image', { text: 'x', image: null }],
    ['a scan', { text: '', image }],
    [
      'a page that needs the one before',
      { text: 'The parties agree as follows and so on and so on.', pageNumber: 2, neighbours: { 1: invoice } },
    ],
  ])('answers as the classifier does that runs where it is called: %s', async (_name, parts) => {
    const request = pageRequest({ page: buildPage(parts), categories });

    expect(await pool.classifyPage(request)).toEqual(await createBuiltInClassifier({ ocr }).classifyPage(request));
  });

  test('fails a page with a sentence that takes too long, names it in the log, and judges the next', async () => {
    const lines: string[] = [];
    const heard = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    await using hurried = createScoringPool({ ocr, logger: heard, processes: 1, timeoutMs: 1, patienceMs: 60_000 });
    const words = 'invoice contract letter '.repeat(100_000);

    await expect(
      hurried.classifyPage(pageRequest({ page: buildPage({ text: words, pageNumber: 7 }), categories })),
    ).rejects.toMatchObject({
      code: 'document_corrupt',
      detail: 'This page could not be judged: reading its text took longer than 0.001 s of processor time.',
    });

    expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ msg: 'page is poison: it is not read again', pageNumber: 7, reason: 'processor-time' }),
    );
    expect(lines.join()).not.toContain('invoice');
  });

  test('tries a page once more that the machine was too busy for, and says so after that', async () => {
    await using impatient = createScoringPool({ ocr, logger, processes: 1, patienceMs: 1 });

    await expect(
      impatient.classifyPage(pageRequest({ page: buildPage({ text: 'invoice '.repeat(40_000) }), categories })),
    ).rejects.toMatchObject({
      detail: 'This page could not be judged: the machine was too busy to read its text within 0.001 s, twice.',
    });
  });

  test('judges no page that is cancelled before', async () => {
    const signal = AbortSignal.abort();

    await expect(
      pool.classifyPage(pageRequest({ page: buildPage({ text: invoice }), categories, signal })),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('stops judging a page that is cancelled meanwhile, and judges the next', async () => {
    const cancelling = new AbortController();
    const page = buildPage({ text: 'invoice contract letter '.repeat(100_000) });
    const request = pageRequest({
      page,
      categories,
      signal: cancelling.signal,
      reading: (read) => {
        setImmediate(() => cancelling.abort());
        return read();
      },
    });

    await expect(pool.classifyPage(request)).rejects.toMatchObject({ code: 'cancelled' });

    const next = pageRequest({ page: buildPage({ text: invoice }), categories });
    expect((await pool.classifyPage(next)).classification).toBe('invoice');
  });
});
