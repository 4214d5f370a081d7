import { expect, test } from 'vitest';
import { fitPageResult } from '../../../activities/fit-page-result.ts';
import type { PageResult } from '../../../src/domain/contract.ts';

const longName = '\u{1F4C4}'.repeat(100);

function page(pageNumber: number, change: Partial<PageResult> = {}): PageResult {
  return {
    pageNumber,
    success: true,
    classification: 'invoice',
    confidence: 0.9,
    rawResult: 'invoice',
    confidenceSource: 'logprobs',
    candidates: [
      { name: 'invoice', confidence: 0.9 },
      { name: 'letter', confidence: 0.1 },
    ],
    durationMs: 12,
    warnings: ['Part of this page could not be drawn.'],
    ...change,
  };
}

test('an ordinary page of a long document keeps all that its result says', () => {
  expect(fitPageResult(page(7), 1_000)).toEqual(page(7));
});

test('the results of 1,000 pages with the longest names and raw answers fit into one payload of Temporal', () => {
  const candidates = Array.from({ length: 5 }, (_, index) => ({ name: `${longName}${index}`, confidence: 0.2 }));
  const longest = page(1_000, {
    classification: longName,
    rawResult: longName,
    candidates,
    warnings: Array.from({ length: 20 }, () => 'w'.repeat(300)),
  });

  const pages = Array.from({ length: 1_000 }, () => fitPageResult(longest, 1_000));

  expect(Buffer.byteLength(JSON.stringify(pages))).toBeLessThan(1_500_000);
  expect(pages[0]).toMatchObject({ pageNumber: 1_000, classification: longName, confidence: 0.9 });
});

test('the likelier candidates stay before the others', () => {
  const candidates = Array.from({ length: 5 }, (_, index) => ({ name: `${index}${'x'.repeat(180)}`, confidence: 0.2 }));

  const fitted = fitPageResult(page(1, { candidates }), 1_500);

  expect(fitted.candidates?.length).toBeGreaterThan(0);
  expect(fitted.candidates).toEqual(candidates.slice(0, fitted.candidates?.length));
  expect(fitted.candidates?.length).toBeLessThan(5);
});
