import { createCanvas } from '@napi-rs/canvas';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { ClassifierError } from '../domain/errors.ts';
import { assembleText } from './assemble-text.ts';
import { pdfWarnings } from './load-pdf.ts';
import { matrixOf, identity } from './matrix.ts';
import type { DrawnPage } from './opened-document.ts';
import type { RenderSettings } from './render-messages.ts';
import { fitPage } from './page-size.ts';
import { drawTextBlocks, runsOfBlocks } from './text-block.ts';

const plainForm = 'This page is of a dynamic XFA form: its words are shown without its layout.';
const emptyForm = 'This page is of a dynamic XFA form of which nothing could be read.';

const margin = 36;

/**
 * A dynamic XFA form has no pages of PDF, only a description by which a viewer lays it out. pdfjs does that for a
 * browser; here its words are written on a page, in their order. Throws ClassifierError `page_render_failed` when it
 * has none.
 */
export async function drawXfaPage(
  pdf: PDFDocumentProxy,
  pageNumber: number,
  { longSidePx, maxPageCharacters }: RenderSettings,
): Promise<DrawnPage> {
  const page = await pdf.getPage(pageNumber);
  const words = wordsOf(await page.getXfa())
    .join('\n')
    .slice(0, maxPageCharacters);
  if (words.trim() === '') throw new ClassifierError('page_render_failed', emptyForm);
  const original = page.getViewport({ scale: 1 });
  const { scale, width, height } = fitPage(original, longSidePx);
  const viewport = page.getViewport({ scale });
  const toPixels = matrixOf(viewport.transform) ?? identity;
  const context = createCanvas(width, height).getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  const [left = 0, bottom = 0, right = 0, top = 0] = viewport.viewBox;
  const box = [left + margin, bottom + margin, right - margin, top - margin] as const;
  const blocks = [{ text: words, box, fontSize: 0, isMultiline: true }];
  drawTextBlocks(context, blocks, toPixels);
  return {
    pixels: context.canvas.data(),
    widthPx: width,
    heightPx: height,
    channels: 4,
    text: assembleText(runsOfBlocks(context, blocks, toPixels), viewport, maxPageCharacters),
    warnings: [...pdfWarnings.take(), plainForm],
  };
}

/** The words of an element of pdfjs's XFA tree and of all within, in order. Explicit lists: hostile trees are deep. */
function wordsOf(root: unknown): string[] {
  const words: string[] = [];
  const open: unknown[] = [root];
  for (let node = open.pop(); open.length > 0 || node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const said = wordOf(node);
    if (said !== '') words.push(said);
    if ('children' in node && Array.isArray(node.children)) open.push(...node.children.toReversed());
  }
  return words;
}

function wordOf(node: object): string {
  const attributes = 'attributes' in node && typeof node.attributes === 'object' ? node.attributes : null;
  const name = 'name' in node ? node.name : '';
  const value = 'value' in node && typeof node.value === 'string' ? node.value : '';
  if (name === '#text') return value.trim();
  // An unselected option is no text of the form.
  if (name === 'option' && !(attributes && 'selected' in attributes && attributes.selected === true)) return '';
  if (attributes && 'textContent' in attributes && typeof attributes.textContent === 'string')
    return attributes.textContent.trim();
  if (attributes && 'type' in attributes && ['checkbox', 'radio', 'image'].includes(String(attributes.type))) return '';
  if (attributes && 'value' in attributes && typeof attributes.value === 'string') return attributes.value.trim();
  return value.trim();
}
