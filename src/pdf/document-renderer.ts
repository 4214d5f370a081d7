import type { DocumentType } from '../domain/document.ts';
import type { PageText } from '../domain/page.ts';
import type { PageSelection } from '../domain/page-selection.ts';

export interface RenderRequest {
  /** A local file: the renderer reads it in another process, so that the bytes cross no channel. */
  readonly path: string;
  readonly type: DocumentType;
  readonly selection: PageSelection;
  /** Opens an encrypted PDF; other documents do not need it. */
  readonly password?: string | undefined;
  readonly signal: AbortSignal;
}

export interface PageSheetImage {
  /** JPEG. */
  readonly image: Uint8Array;
  /** False when what lies between the first pieces and the last was left out. */
  readonly isWhole: boolean;
}

/** A page is rendered, read (a text has no image) or says why not; the others go on. */
export type RenderedPage =
  | {
      readonly pageNumber: number;
      readonly image: Uint8Array;
      /** The pieces of a long page side by side, for models that scale pictures down. */
      readonly sheet?: PageSheetImage | undefined;
      readonly widthPx: number;
      readonly heightPx: number;
      readonly text: PageText;
      readonly isBlank: boolean;
      readonly warnings: readonly string[];
    }
  | { readonly pageNumber: number; readonly text: PageText; readonly isBlank: boolean }
  | { readonly pageNumber: number; readonly error: { readonly code: string; readonly detail: string } };

export interface DocumentFacts {
  /** Pages in the document (frames of a TIFF; 1 for any other image; what a text is cut into). */
  readonly pageCount: number;
  /** The pages that were asked for and exist, in document order. */
  readonly pageNumbers: readonly number[];
}

/**
 * Opens a document once and turns the selected pages into JPEGs with their text, or a text into its pages, in a process
 * of its own that is killed when it exceeds its time or memory. `onOpen` and `onPage` are awaited in order, pages by
 * page number.
 *
 * Throws ClassifierError: `document_encrypted`, `document_corrupt`, `document_empty`, `invalid_request` (no selected
 * page exists), `cancelled` (signal). A page that cannot be rendered is reported through `onPage`.
 */
export interface DocumentRenderer extends AsyncDisposable {
  render(
    request: RenderRequest,
    onPage: (page: RenderedPage, facts: DocumentFacts) => Promise<void>,
  ): Promise<DocumentFacts>;
}
