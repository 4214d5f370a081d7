import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePageRanges, selectPages } from '../../../src/domain/page-selection.ts';

describe('parsePageRanges', () => {
  test('reads pages, ranges and open ranges, blanks ignored', () => {
    expect(parsePageRanges(' 1-3, 7 ,10 - ')).toEqual([{ first: 1, last: 3 }, { first: 7, last: 7 }, { first: 10 }]);
  });

  test('ignores a comma at the end', () => {
    expect(parsePageRanges('1,2, ')).toEqual(parsePageRanges('1,2'));
    expect(parsePageRanges('5-,')).toEqual([{ first: 5 }]);
  });

  test.each(['', ',', '1,,', ',1', 'a', '1-2-3', '0', '3-1', '1,,2', '-3', '1.5', '99999999', '1 2', '1 - 2 3'])(
    'refuses %j',
    (value) => {
      expect(() => parsePageRanges(value)).toThrow(/pages/);
    },
  );
});

describe('selectPages', () => {
  test('takes the first pages when nothing is asked for', () => {
    expect(selectPages({ ranges: [], maxPages: 4 }, 10)).toEqual([1, 2, 3, 4]);
    expect(selectPages({ ranges: [], maxPages: 4 }, 2)).toEqual([1, 2]);
  });

  test('merges overlaps, keeps document order and ignores pages past the end', () => {
    const ranges = parsePageRanges('7,2-4,3-5,90');
    expect(selectPages({ ranges, maxPages: 50 }, 7)).toEqual([2, 3, 4, 5, 7]);
  });

  test('takes the first n of the pages that were named', () => {
    expect(selectPages({ ranges: parsePageRanges('5-'), maxPages: 2 }, 100)).toEqual([5, 6]);
  });

  test('says how many pages there are when none is left', () => {
    expect(() => selectPages({ ranges: parsePageRanges('9'), maxPages: 4 }, 3)).toThrow('this document has 3 pages');
  });

  test('gives ascending pages of the document, each once and never too many', () => {
    const range = fc.record({ first: fc.integer({ min: 1, max: 40 }), length: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(
        fc.array(range),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 40, max: 60 }),
        (given, maxPages, pageCount) => {
          const ranges = given.map(({ first, length }) => ({ first, last: first + length }));
          const pages = selectPages({ ranges, maxPages }, pageCount);
          expect(pages.length).toBeLessThanOrEqual(maxPages);
          expect(new Set(pages).size).toBe(pages.length);
          expect(pages.toSorted((a, b) => a - b)).toEqual(pages);
          expect(pages.every((page) => page >= 1 && page <= pageCount)).toBe(true);
        },
      ),
    );
  });
});
