import type { PageText } from '../domain/page.ts';
import { openBitmap } from './bitmap-document.ts';
import { openImage } from './image-document.ts';
import { openPdf } from './pdf-document.ts';
import type { DrawableType } from '../domain/document.ts';
import type { RenderJob } from './render-messages.ts';

/** A page as pixels, three or four channels of 8 bits, with what is known of it besides. */
export interface DrawnPage {
  readonly pixels: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 3 | 4;
  readonly text: PageText;
  /** What was lost, in sentences for the caller. Never page content. */
  readonly warnings: readonly string[];
}

/** A document that is open in this process. */
export interface OpenDocument extends AsyncDisposable {
  readonly pageCount: number;
  /** Throws ClassifierError `page_render_failed`; anything else it throws means that the page is damaged. */
  drawPage(pageNumber: number): Promise<DrawnPage>;
}

/** Opens a document. Throws ClassifierError `document_encrypted`, `document_corrupt` or `document_empty`. */
export function openDocument({
  path,
  type,
  settings,
  password,
}: Pick<RenderJob, 'path' | 'settings' | 'password'> & { readonly type: DrawableType }): Promise<OpenDocument> {
  if (type === 'pdf') return openPdf(path, settings, password);
  if (type === 'bmp') return openBitmap(path, settings);
  return openImage(path, type, settings);
}
