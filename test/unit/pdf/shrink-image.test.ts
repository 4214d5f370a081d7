import { describe, expect, test } from 'vitest';
import { imageKinds, shrinkFactor, shrinkImage } from '../../../src/pdf/shrink-image.ts';

describe('shrinking a decoded image', () => {
  test.each([
    [{ width: 2480, height: 3508 }, 1],
    [{ width: 4960, height: 7016 }, 2],
    [{ width: 35_000, height: 35_000 }, 8],
    [{ width: 100_000, height: 2 }, 32],
  ])('leaves twice the pixels of the page: %o by %i', (size, factor) => {
    expect(shrinkFactor(size, 1536)).toBe(factor);
  });

  test('makes an image that is too long to be drawn as short as it must be', () => {
    expect(shrinkFactor({ width: 600, height: 40_000 }, 30_000)).toBe(2);
    expect(shrinkFactor({ width: 600, height: 32_000 }, 30_000)).toBe(1);
  });

  test('averages the colours of each box', () => {
    const data = Uint8Array.from([0, 0, 0, 100, 100, 100, 40, 40, 40, 60, 60, 60]);

    expect(shrinkImage({ kind: imageKinds.rgb, width: 2, height: 2, data }, 2)).toEqual({
      kind: imageKinds.rgb,
      width: 1,
      height: 1,
      data: Uint8ClampedArray.from([50, 50, 50]),
    });
  });

  test.each([2, 4, 8, 16])('turns bits to the grey of each box of %i', (factor) => {
    // Left half 0 (black), right half 1 (white).
    const row = [...Array.from({ length: factor / 2 }, () => 0x00), ...Array.from({ length: factor / 2 }, () => 0xff)];
    const data = Uint8Array.from(Array.from({ length: factor }, () => row).flat());

    const image = shrinkImage({ kind: imageKinds.oneBit, width: factor * 8, height: factor, data }, factor);

    expect(image).toMatchObject({ kind: imageKinds.rgb, width: 8, height: 1 });
    expect([...(image?.data ?? [])].filter((_, index) => index % 3 === 0)).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  });

  test('keeps thin strokes visible as grey', () => {
    const data = Uint8Array.from({ length: 8 }, () => 0b0111_1111);

    const image = shrinkImage({ kind: imageKinds.oneBit, width: 8, height: 8, data }, 4);

    expect(image?.data[0]).toBeCloseTo(191, -1);
    expect(image?.data[3]).toBe(255);
  });

  test('accepts an image that is narrower than a box', () => {
    const data = Uint8Array.from([0xff, 0xf0, 0xff, 0xf0]);

    expect(shrinkImage({ kind: imageKinds.oneBit, width: 12, height: 2, data }, 32)).toMatchObject({
      width: 1,
      height: 1,
      data: Uint8ClampedArray.from([255, 255, 255]),
    });
  });

  test('leaves images of other kinds alone', () => {
    expect(shrinkImage({ kind: 99, width: 2, height: 2, data: new Uint8Array(4) }, 2)).toBeUndefined();
  });
});
