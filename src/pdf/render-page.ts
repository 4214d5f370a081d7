import sharp from 'sharp';
import { ClassifierError } from '../domain/errors.ts';
import { hasInk } from './ink.ts';
import type { Pixels } from './pixels.ts';
import type { OpenDocument } from './opened-document.ts';
import { layOutSheet } from './page-sheet.ts';
import type { RenderEvent, RenderSettings } from './render-messages.ts';

/**
 * Draws a page and encodes it. A page that fails becomes an event of its own; only an error that concerns the whole
 * document (an image file that turns out to be broken) is thrown.
 */
export async function renderPage(
  document: OpenDocument,
  pageNumber: number,
  settings: RenderSettings,
): Promise<RenderEvent> {
  try {
    const drawn = await document.drawPage(pageNumber);
    const isBlank = drawn.text.text === '' && !hasInk(drawn);
    const [loss] = drawn.warnings;
    // A page of which all was lost, or left out, is not blank: it failed.
    if (isBlank && loss !== undefined) return failed(pageNumber, `Nothing shows on this page. ${loss}`);
    const { widthPx, heightPx, text, warnings } = drawn;
    const image = await encode(drawn, settings.jpegQuality);
    const sheet = await layOutSheet(drawn, settings.longSidePx);
    return {
      kind: 'page',
      pageNumber,
      image,
      widthPx,
      heightPx,
      text,
      isBlank,
      warnings: [...warnings],
      ...(sheet && { sheet: { image: await encode(sheet, settings.jpegQuality), isWhole: sheet.isWhole } }),
    };
  } catch (error) {
    if (!(error instanceof ClassifierError))
      return failed(pageNumber, 'This page could not be drawn: the file is damaged.');
    if (error.code !== 'page_render_failed') throw error;
    return failed(pageNumber, error.detail);
  }
}

/** Twice as fast as the canvas's own encoder; not optimising the Huffman tables saves a third more for 5 % of size. */
async function encode({ pixels, widthPx, heightPx, channels }: Pixels, quality: number): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width: widthPx, height: heightPx, channels } })
    .removeAlpha()
    .jpeg({ quality, optimiseCoding: false })
    .toBuffer();
}

function failed(pageNumber: number, detail: string): RenderEvent {
  return { kind: 'page-failed', pageNumber, error: { code: 'page_render_failed', detail } };
}
