/** A piece of text on a page. Positions and sizes are fractions (0..1) of the page's width and height, origin top left. */
export interface TextSpan {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Height of the line of text; with it a reader can tell a title from a footnote. */
  readonly height: number;
}

/** The words of a page: `text` in reading order, lines separated by `\n`; `spans` where each stands. */
export interface PageText {
  readonly text: string;
  readonly spans: readonly TextSpan[];
}

/** One page after rendering, as it travels through a history: keys and numbers, never content. */
export interface PageReference {
  /** 1-based, in the document. */
  readonly pageNumber: number;
  /** Object keys of the page image (JPEG) and of its `PageText` as JSON. Absent when the page could not be rendered. */
  readonly imageKey?: string;
  readonly textKey?: string;
  /** Of a page that is very long or very wide: its pieces side by side as one image, and whether that shows all of it. */
  readonly sheet?: { readonly imageKey: string; readonly isWhole: boolean };
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly isBlank?: boolean;
  /** What was lost while rendering (an image that was too large, a font that was missing). Never page content. */
  readonly warnings?: readonly string[];
  /** Why this page has no image. */
  readonly error?: { readonly code: string; readonly detail: string };
}
