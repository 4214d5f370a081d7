import { createCanvas } from '@napi-rs/canvas';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  getDocument,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
  VerbosityLevel,
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import { documentCorrupt, documentEmpty, documentEncrypted, wrongPassword } from '../domain/error-sentences.ts';
import { extractText } from './extract-text.ts';
import { registerFallbackFonts } from './fallback-fonts.ts';
import type { DrawnPage, OpenDocument } from './open-document.ts';
import { fitPage } from './page-size.ts';
import { collectProcessWarnings } from './pdf-warnings.ts';
import type { RenderSettings } from './render-messages.ts';
import { shrinkImagesOnArrival } from './shrink-page-images.ts';

const packageFolder = new URL('.', import.meta.resolve('pdfjs-dist/package.json'));

/** Each is needed: without them images (wasm), East Asian text (cmaps) or standard fonts vanish without an error. */
const resources = {
  wasmUrl: folder('wasm/'),
  cMapUrl: folder('cmaps/'),
  standardFontDataUrl: folder('standard_fonts/'),
  iccUrl: folder('iccs/'),
} as const;

const warnings = collectProcessWarnings();
registerFallbackFonts(new URL('standard_fonts/', packageFolder));

/** Opens a PDF. Throws ClassifierError `document_encrypted`, `document_corrupt` or `document_empty`. */
export async function openPdf(path: string, settings: RenderSettings, password?: string): Promise<OpenDocument> {
  const file = await readFile(path);
  const task = getDocument({
    // pdfjs takes the buffer for itself, and refuses a Node Buffer.
    data: new Uint8Array(file.buffer, file.byteOffset, file.byteLength),
    ...resources,
    ...(password !== undefined && { password }),
    maxImageSize: settings.maxEmbeddedImagePixels,
    verbosity: VerbosityLevel.WARNINGS,
  });
  const pdf = await load(task, password !== undefined);
  warnings.take();
  return {
    pageCount: pdf.numPages,
    drawPage: (pageNumber) => drawPage(pdf, pageNumber, settings),
    [Symbol.asyncDispose]: () => task.destroy(),
  };
}

async function load(task: PDFDocumentLoadingTask, hasPassword: boolean): Promise<PDFDocumentProxy> {
  try {
    const pdf = await task.promise;
    if (pdf.numPages < 1) throw documentEmpty();
    return pdf;
  } catch (error) {
    await task.destroy();
    if (error instanceof Error && error.name === 'ClassifierError') throw error;
    if (error instanceof Error && error.name === 'PasswordException')
      throw hasPassword ? wrongPassword(error) : documentEncrypted(error);
    throw documentCorrupt('pdf', error);
  }
}

async function drawPage(pdf: PDFDocumentProxy, pageNumber: number, settings: RenderSettings): Promise<DrawnPage> {
  const { longSidePx, maxPageCharacters } = settings;
  const page = await pdf.getPage(pageNumber);
  try {
    const original = page.getViewport({ scale: 1 });
    const { scale, width, height } = fitPage(original, longSidePx);
    const viewport = page.getViewport({ scale });
    shrinkImagesOnArrival(page.objs, Math.max(width, height));
    shrinkImagesOnArrival(page.commonObjs, Math.max(width, height));
    const text = await extractText(page, viewport, maxPageCharacters);
    const canvas = createCanvas(width, height);
    // pdfjs is typed for a browser's canvas; ours has all that it uses.
    await page.render({ canvas, viewport, background: '#ffffff' }).promise;
    return { pixels: canvas.data(), widthPx: width, heightPx: height, channels: 4, text, warnings: warnings.take() };
  } finally {
    warnings.take();
    page.cleanup();
  }
}

function folder(name: string): string {
  return fileURLToPath(new URL(name, packageFolder));
}
