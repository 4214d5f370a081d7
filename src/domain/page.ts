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

/** The words of a page that a person sees, with what is known of how complete they are. */
export interface PageText extends PlacedText {
  /**
   * Text without ink where the image shows print: what a scanner's recognition leaves. It is to be believed where the
   * image says the same.
   */
  readonly behind?: PlacedText;
  /** `print`: much of what is printed is not in the text; `letters`: letters are drawn that the text lacks. */
  readonly lacks?: 'print' | 'letters';
}

/** One page after rendering, as it travels through a history: keys and numbers, never content. */
export interface PageReference {
  /** 1-based, in the document. */
  readonly pageNumber: number;
  /** Object keys of the page image (JPEG) and of its `PageText` as JSON. Absent when the page could not be rendered. */
  readonly imageKey?: string;
  readonly textKey?: string;
  /**
   * Of a page that is very long or very wide: its pieces side by side as one image, and whether that shows all of it.
   */
  readonly sheet?: { readonly imageKey: string; readonly isWhole: boolean };
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly isBlank?: boolean;
  /** What was lost while rendering (an image that was too large, a font that was missing). Never page content. */
  readonly warnings?: readonly string[];
  /** Why this page has no image. */
  readonly error?: { readonly code: string; readonly detail: string };
}
