import { describe, expect, test } from 'vitest';
import { hasInkOf } from '../../../src/pdf/ink-samples.ts';

/** A page of 12 x 20 px of these greys by column. */
function pageOf(greys: readonly number[]) {
  const pixels = Uint8Array.from({ length: 12 * 20 * 3 }, (_, index) => greys[Math.floor(index / 3) % 12] ?? 255);
  return { pixels, widthPx: 12, heightPx: 20, channels: 3 as const };
}

const box = { left: 4, right: 8, top: 5, bottom: 15 };
const black = { colour: '#000000' };
const white = Array<number>(12).fill(255);

describe('a place where a letter may stand', () => {
  test('has ink where a stroke of it is drawn', () => {
    expect(hasInkOf(pageOf(white.with(6, 40)), box, black)).toBe(true);
  });

  test('has none where only the soft edges of its neighbours reach into it', () => {
    expect(hasInkOf(pageOf(white.with(3, 0).with(4, 190).with(8, 170)), box, black)).toBe(false);
    expect(hasInkOf(pageOf(white), box, black)).toBe(false);
  });

  test('has ink by any contrast where its colour is a pattern', () => {
    expect(hasInkOf(pageOf(white.with(6, 190)), box, { colour: undefined })).toBe(true);
  });
});
