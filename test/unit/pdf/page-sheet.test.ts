import { describe, expect, test } from 'vitest';
import type { Pixels } from '../../../src/pdf/pixels.ts';
import { layOutSheet, type PageSheet } from '../../../src/pdf/page-sheet.ts';

/** A page whose red says how far down a pixel is, and whose green says how far right, of 250. */
function graduated(widthPx: number, heightPx: number): Pixels {
  const pixels = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      pixels[(y * widthPx + x) * 3] = (y / heightPx) * 250;
      pixels[(y * widthPx + x) * 3 + 1] = (x / widthPx) * 250;
    }
  }
  return { pixels, widthPx, heightPx, channels: 3 };
}

function at(sheet: PageSheet | undefined, x: number, y: number): readonly number[] {
  const offset = ((sheet?.widthPx ?? 0) * y + x) * 3;
  return [...(sheet?.pixels.subarray(offset, offset + 3) ?? [])];
}

describe('the sheet of a long page', () => {
  test('is none for a page of ordinary proportions', async () => {
    expect(await layOutSheet(graduated(1536, 768), 1536)).toBeUndefined();
    expect(await layOutSheet(graduated(768, 2300), 1536)).toBeUndefined();
  });

  test('has the pieces of a tall page side by side, from its head to its end', async () => {
    const sheet = await layOutSheet(graduated(300, 6000), 1536);

    expect(sheet).toMatchObject({ isWhole: true, widthPx: 5 * 300 + 4 * 16 });
    expect(sheet?.heightPx).toBeLessThanOrEqual(1536);
    const below = (sheet?.heightPx ?? 0) - 1;
    expect(at(sheet, 0, 0)).toEqual([0, 0, 0]);
    expect(at(sheet, 299, below)[1]).toBeGreaterThan(240);
    expect(at(sheet, 4 * 316, below)[0]).toBeGreaterThan(248);
    expect(at(sheet, 305, 10)).toEqual([128, 128, 128]);
    // What ends a piece begins the next one.
    expect(at(sheet, 316, 0)[0]).toBeLessThan(at(sheet, 0, below)[0] ?? 0);
  });

  test('has the pieces of a wide page one below the other', async () => {
    const sheet = await layOutSheet(graduated(6000, 300), 1536);

    expect(sheet).toMatchObject({ isWhole: true, heightPx: 5 * 300 + 4 * 16 });
    expect(at(sheet, (sheet?.widthPx ?? 0) - 1, 4 * 316)[1]).toBeGreaterThan(248);
  });

  test('has the beginning and the end of a page that is too long to be legible as a whole, and says so', async () => {
    const sheet = await layOutSheet(graduated(384, 32_000), 1536);
    const last = (sheet?.widthPx ?? 0) - 1;

    expect(sheet?.isWhole).toBe(false);
    expect((sheet?.widthPx ?? 0) * (sheet?.heightPx ?? 0)).toBeLessThan(1536 * 1536 * 1.6);
    expect(at(sheet, 0, 0)[0]).toBe(0);
    expect(at(sheet, last, (sheet?.heightPx ?? 0) - 1)[0]).toBeGreaterThan(248);
  });
});
