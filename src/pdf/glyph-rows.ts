import { rowOf, type DrawnContent, type DrawnGlyph } from './drawn-content.ts';
import type { Bounds } from './matrix.ts';
import type { PixelSize } from './page-size.ts';

/** Letters as they are drawn, which what is drawn later may cover. */
export interface GlyphRows {
  readonly count: number;
  /** A blank one says nothing of itself. */
  put(glyph: DrawnGlyph, isBlank: boolean): void;
  /** Says of all letters so far that lie in a place, in pixels, that something opaque was laid over them. */
  cover(place: Bounds): void;
  content(): Pick<DrawnContent, 'rows' | 'blanks' | 'glyphCount' | 'outsideCount'>;
}

type OpenGlyph = { -readonly [Key in keyof DrawnGlyph]: DrawnGlyph[Key] };

/** More letters than any newspaper's page has; text behind them counts as seen. */
const maxGlyphs = 100_000;
/**
 * Letters, and rows, that are looked at for all covers of a page: hostile pages have millions; text below the others
 * counts as seen.
 */
const maxLooks = 4_000_000;

export function createGlyphRows(page: PixelSize): GlyphRows {
  const rows = new Map<number, OpenGlyph[]>();
  const blanks: DrawnGlyph[] = [];
  let [count, outsideCount, looks] = [0, 0, 0];
  let [first, last, largest] = [Infinity, -Infinity, 0];

  function put(glyph: DrawnGlyph, isBlank: boolean): void {
    const { x, y, width, size } = glyph;
    if (!Number.isFinite(x + y) || count >= maxGlyphs) return;
    count++;
    if (isBlank) {
      if (!glyph.isUndrawn) blanks.push(glyph);
      return;
    }
    if (x + width < 0 || x > page.width || y < 0 || y - size > page.height) outsideCount++;
    const key = rowOf(y);
    if (key < first) first = key;
    if (key > last) last = key;
    if (size > largest) largest = size;
    const row = rows.get(key);
    if (row) row.push(glyph);
    else rows.set(key, [glyph]);
  }

  function cover([left, top, right, bottom]: Bounds): void {
    const end = Math.min(last, rowOf(bottom + largest / 3));
    for (let key = Math.max(first, rowOf(top)); key <= end && looks < maxLooks; key++) {
      looks++;
      for (const glyph of rows.get(key) ?? []) {
        looks++;
        const middle = glyph.x + glyph.width / 2;
        const height = glyph.y - glyph.size / 3;
        if (left <= middle && middle <= right && top <= height && height <= bottom) glyph.isUndrawn = true;
      }
    }
  }

  return {
    get count() {
      return count;
    },
    put,
    cover,
    content: () => ({ rows, blanks, glyphCount: count, outsideCount }),
  };
}
