import type { PageText } from '../domain/page.ts';

/** A page as pixels, three or four channels of 8 bits, with what is known of it besides. */
export interface DrawnPage {
  readonly pixels: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 3 | 4;
  readonly text: PageText;
  /** Losses, in sentences for the caller. Never page content. */
  readonly warnings: readonly string[];
}

/** A document that is open in this process. */
export interface OpenDocument extends AsyncDisposable {
  readonly pageCount: number;
  /** Throws ClassifierError `page_render_failed`; anything else it throws means that the page is damaged. */
  drawPage(pageNumber: number): Promise<DrawnPage>;
}
