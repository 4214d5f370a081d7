/**
 * A piece of text on a page. Positions and sizes are fractions (0..1) of the page's width and height, origin top left.
 */
export interface TextSpan {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Height of the line of text; with it a reader can tell a title from a footnote. */
  readonly height: number;
}

/** Words in reading order, lines separated by `\n`; `spans` where each stands. */
export interface PlacedText {
  readonly text: string;
  readonly spans: readonly TextSpan[];
}

/** The visible words of a page, and how complete they are. */
export interface PageText extends PlacedText {
  /**
   * A scanner's recognition: text without ink where the image shows print. Trust it only where the image says the same.
   */
  readonly behind?: PlacedText;
  /** `print`: much of the print is not in the text. `letters`: drawn letters are not in the text. */
  readonly lacks?: 'print' | 'letters';
}

/** One rendered page in a history: keys and numbers, never content. */
export interface PageReference {
  /** 1-based, in the document. */
  readonly pageNumber: number;
  /** Object keys of the page image (JPEG) and of its `PageText` as JSON. Absent when the page could not be rendered. */
  readonly imageKey?: string;
  readonly textKey?: string;
  /** The pieces of a very long or wide page side by side in one image, and whether they show all of it. */
  readonly sheet?: { readonly imageKey: string; readonly isWhole: boolean };
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly isBlank?: boolean;
  /** Losses while rendering, such as too large an image or a missing font. Never page content. */
  readonly warnings?: readonly string[];
  /** Why this page has no image. */
  readonly error?: { readonly code: string; readonly detail: string };
}
