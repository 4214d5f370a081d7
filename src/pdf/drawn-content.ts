import type { Bounds } from './matrix.ts';

/** A letter as the page's content draws it: where it begins, in pixels, and what keeps it from being seen. */
export interface DrawnGlyph {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly width: number;
  /** Its character; blank for a space, and for a letter whose font does not name it. */
  readonly character: string;
  /**
   * Without ink that shows: by its rendering mode, its opacity, its size, its layer or its clip, or covered by what
   * came later.
   */
  readonly isUndrawn: boolean;
  /** Drawn, and too small or too narrow to be read. */
  readonly isTiny: boolean;
  /** `#rrggbb`; undefined for patterns and blends, whose look is anybody's guess. */
  readonly colour: string | undefined;
  readonly opacity: number;
}

/** Where a picture is drawn, in pixels. */
export interface DrawnPicture {
  readonly bounds: Bounds;
}

/** The drawings of a page that decide whether its text is visible. */
export interface DrawnContent {
  /** Letters by the `rowOf` their origin, each row in the order of drawing. */
  readonly rows: ReadonlyMap<number, readonly DrawnGlyph[]>;
  /** Letters that say nothing of themselves: a space each, or a letter that the text layer lacks. */
  readonly blanks: readonly DrawnGlyph[];
  readonly glyphCount: number;
  /** How many of them stand beside the page; pdfjs keeps these out of its text. */
  readonly outsideCount: number;
  /** Letters of a font that may be a substitute stand there by their numbers in the right file (ISO 32000-2 9.7). */
  readonly hasNumberedLetters: boolean;
  readonly pictures: readonly DrawnPicture[];
}

const rowPx = 4;

export function rowOf(y: number): number {
  return Math.floor(y / rowPx);
}
