import type { Bounds } from './matrix.ts';

/** A letter as the page's content draws it: where it begins, in pixels, and what keeps it from being seen. */
export interface DrawnGlyph {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly width: number;
  /** What it says of itself; blank for a space, and for a letter of a font that does not say which. */
  readonly character: string;
  /** Drawn without ink: invisible by its rendering mode, its opacity, its size, its layer or its clip. */
  readonly isUndrawn: boolean;
  /** `#rrggbb`; undefined for patterns, whose look is anybody's guess. */
  readonly colour: string | undefined;
  readonly opacity: number;
  /** Place in the order of drawing: what comes later may cover it. */
  readonly order: number;
}

/**
 * Where a picture is drawn, in pixels. A stencil (a scan of one bit may be one) covers nothing, nor does one with clear
 * parts.
 */
export interface DrawnPicture {
  readonly bounds: Bounds;
  readonly isSeenThrough: boolean;
  readonly order: number;
}

/** What a page's content draws, as far as it tells whether its text is seen. */
export interface DrawnContent {
  /** Letters by the `rowOf` their origin, each row in the order of drawing. */
  readonly rows: ReadonlyMap<number, readonly DrawnGlyph[]>;
  /** Letters that say nothing of themselves: a space each, or a letter that the text layer lacks. */
  readonly blanks: readonly DrawnGlyph[];
  readonly glyphCount: number;
  /** Letters of a font that may be a substitute stand there by their numbers in the right file (ISO 32000-2 9.7). */
  readonly hasNumberedLetters: boolean;
  readonly pictures: readonly DrawnPicture[];
}

const rowPx = 4;

export function rowOf(y: number): number {
  return Math.floor(y / rowPx);
}
