import { assert, double, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBitmapSize } from '../../../src/pdf/bitmap-header.ts';
import { fitLongSide, fitPage, shrinkToPage } from '../../../src/pdf/page-size.ts';
import { halfBlackBitmap } from '../../support/bitmaps.ts';

const side = double({ min: 0.001, max: 1e9, noNaN: true });

describe('the size of a page image', () => {
  test('keeps the proportions of a page', () => {
    expect(fitLongSide({ width: 612, height: 792 }, 1536)).toMatchObject({ width: 1187, height: 1536 });
  });

  test('stays between 1 pixel and the long side for a page of any size', () => {
    assert(
      property(side, side, (width, height) => {
        const size = fitLongSide({ width, height }, 1536);

        expect(Math.max(size.width, size.height)).toBe(1536);
        expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  test('does not enlarge a small image', () => {
    expect(shrinkToPage({ width: 300, height: 200 }, 1536)).toMatchObject({ width: 300, height: 200, scale: 1 });
    expect(shrinkToPage({ width: 80, height: 9000 }, 1536)).toMatchObject({ width: 80, height: 9000, scale: 1 });
  });

  test.each([
    ['a long receipt', { width: 800, height: 14_000 }, { width: 768, height: 13_440 }],
    ['a panorama', { width: 14_000, height: 800 }, { width: 13_440, height: 768 }],
    ['a page twice as long as wide', { width: 2000, height: 4000 }, { width: 768, height: 1536 }],
  ])('keeps half of the long side for the short side of %s', (_, size, expected) => {
    expect(shrinkToPage(size, 1536)).toMatchObject(expected);
  });

  test('is below what can be drawn for a page of any size', () => {
    expect(fitPage({ width: 200, height: 14_400 }, 1536)).toMatchObject({ width: 444, height: 32_000 });
    assert(
      property(side, side, (width, height) => {
        const size = fitPage({ width, height }, 1536);

        expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(32_000);
        expect(size.width * size.height).toBeLessThanOrEqual(32_000 * 768);
        expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe('the header of a bitmap', () => {
  test('states the size, also where rows run downwards', () => {
    const bitmap = halfBlackBitmap({ width: 64, height: 40, bitsPerPixel: 24, isTopDown: true });

    expect(readBitmapSize(bitmap)).toEqual({ width: 64, height: 40 });
  });

  test('states none when it is cut off or has no pixels', () => {
    const bitmap = halfBlackBitmap({ width: 64, height: 40, bitsPerPixel: 24 });

    expect(readBitmapSize(bitmap.subarray(0, 20))).toBeUndefined();
    bitmap.writeInt32LE(0, 18);
    expect(readBitmapSize(bitmap)).toBeUndefined();
  });
});
