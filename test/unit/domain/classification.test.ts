import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combinePages } from '../../../src/domain/classification.ts';
import type { PageResult } from '../../../src/domain/contract.ts';

function page(pageNumber: number, classification: string, confidence: number, success = true): PageResult {
  return { pageNumber, classification, confidence, success };
}

describe('combinePages', () => {
  test.each([
    [[0.92, 0.86], 0.89],
    [[0.92, 0.82], 0.87],
    [[0.9999996871837232], 0.999999687184],
  ])('agrees with the samples of the contract: %j gives %d', (confidences, expected) => {
    const pages = confidences.map((confidence, index) => page(index + 1, 'contract', confidence));

    expect(combinePages(pages)?.confidence).toBeCloseTo(expected, 9);
  });

  test('prefers the category with the higher summed confidence to the surer single page', () => {
    const pages = [page(1, 'letter', 0.9), page(2, 'invoice', 0.5), page(3, 'invoice', 0.6)];

    expect(combinePages(pages)).toEqual({ classification: 'invoice', confidence: 0.55 });
  });

  test('lets the earlier page win a tie, in whatever order the pages come', () => {
    const pages = [page(2, 'letter', 0.8), page(1, 'invoice', 0.8)];

    expect(combinePages(pages)?.classification).toBe('invoice');
  });

  test('takes sums for a tie that only floating point tells apart', () => {
    const pages = [page(1, 'invoice', 0.3), page(2, 'letter', 0.1), page(3, 'letter', 0.2)];

    expect(combinePages(pages)).toEqual({ classification: 'invoice', confidence: 0.3 });
  });

  test('gives failed pages no vote', () => {
    expect(combinePages([page(1, 'invoice', 0, false), page(2, 'letter', 0.4)])?.classification).toBe('letter');
  });

  test('has no answer when no page was successful', () => {
    expect(combinePages([page(1, 'invoice', 0, false)])).toBeUndefined();
    expect(combinePages([])).toBeUndefined();
  });

  test('lets pages abstain that are of no category, unless all are', () => {
    const annexes = [page(2, 'unknown', 0.9), page(3, 'unknown', 0.9)];

    expect(combinePages([page(1, 'invoice', 0.6), ...annexes])).toEqual({ classification: 'invoice', confidence: 0.6 });
    expect(combinePages([page(1, 'invoice', 0, false), ...annexes])?.classification).toBe('unknown');
  });

  test('counts a category that the caller calls unknown like any other', () => {
    const pages = [page(1, 'invoice', 0.6), page(2, 'unknown', 0.9)];

    const categories = [{ name: 'invoice' }, { name: 'unknown' }];

    expect(combinePages(pages, { categories })?.classification).toBe('unknown');
  });

  test('lets pages of the category for all the rest abstain behind a first page of another one', () => {
    const annexes = [page(2, 'other', 0.9), page(3, 'other', 0.9)];
    const rules = { catchAll: 'other' };

    expect(combinePages([page(1, 'invoice', 0.6), ...annexes], rules)?.classification).toBe('invoice');
    expect(combinePages([page(1, 'other', 0.6), page(2, 'invoice', 0.7), page(3, 'other', 0.9)], rules)).toEqual({
      classification: 'other',
      confidence: 0.75,
    });
    expect(combinePages([page(1, 'invoice', 0, false), ...annexes], rules)?.classification).toBe('other');
  });

  test('stays between 0 and 1 and names a category that a page has', () => {
    const arbitraryPage = fc.record({
      classification: fc.constantFrom('a', 'b', 'c'),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(arbitraryPage, { minLength: 1, maxLength: 20 }), (votes) => {
        const pages = votes.map((vote, index) => page(index + 1, vote.classification, vote.confidence));
        const vote = combinePages(pages);
        expect(vote?.confidence).toBeGreaterThanOrEqual(0);
        expect(vote?.confidence).toBeLessThanOrEqual(1);
        expect(pages.map(({ classification }) => classification)).toContain(vote?.classification);
      }),
    );
  });
});
