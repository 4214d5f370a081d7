import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { type PDFDocumentProxy, type PDFPageProxy, type PageViewport, Util } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { TextRun } from './assemble-text.ts';
import type { DrawnContent } from './drawn-content.ts';
import { pdfWarnings } from './load-pdf.ts';
import { hasInk } from './ink.ts';
import { identity, matrixOf, type Matrix } from './matrix.ts';
import type { DrawnPage } from './opened-document.ts';
import type { RenderSettings } from './render-messages.ts';
import { readAnnotations, type AnnotatedText } from './page-annotations.ts';
import { fitPage } from './page-size.ts';
import { readTextLayer } from './read-text-layer.ts';
import { shrinkImagesOnArrival } from './shrink-page-images.ts';
import { drawTextBlocks, runsOfBlocks, type TextBlock } from './text-block.ts';
import { watchDrawing } from './watch-drawing.ts';

/** A drawn page, and what was seen to be drawn on it. */
export interface PdfPage {
  readonly page: DrawnPage;
  readonly drawn: DrawnContent;
}

/** Draws a page of a PDF, with the values of its forms and its notes, and reads the text that shows on it. */
export async function drawPdfPage(
  pdf: PDFDocumentProxy,
  pageNumber: number,
  settings: RenderSettings,
): Promise<PdfPage> {
  const page = await pdf.getPage(pageNumber);
  try {
    return await draw(pdf, page, settings);
  } finally {
    pdfWarnings.take();
    page.cleanup();
  }
}

async function draw(
  pdf: PDFDocumentProxy,
  page: PDFPageProxy,
  { longSidePx, maxPageCharacters }: RenderSettings,
): Promise<PdfPage> {
  const { scale, width, height } = fitPage(page.getViewport({ scale: 1 }), longSidePx);
  const viewport = page.getViewport({ scale });
  const toPixels = matrixOf(viewport.transform) ?? identity;
  shrinkImagesOnArrival(page.objs, Math.max(width, height));
  shrinkImagesOnArrival(page.commonObjs, Math.max(width, height));
  const runs = await extractText(page, viewport);
  const layers = await pdf.getOptionalContentConfig();
  const isLayerOn = (properties: unknown): boolean => layers.isVisible(properties);
  const annotated = await readAnnotations(page, isLayerOn);
  const drawing = watchDrawing({
    shared: page.commonObjs,
    images: page.objs,
    isLayerOn,
    transform: toPixels,
    size: { width, height },
  });
  const canvas = createCanvas(width, height);
  // pdfjs is typed for a browser's canvas; ours has all that it uses.
  await page.render({
    canvas,
    viewport,
    background: '#ffffff',
    operationsFilter(index, operations) {
      drawing.see(index, operations);
      return true;
    },
  }).promise;
  const context = canvas.getContext('2d');
  drawTextBlocks(context, annotated.toDraw, toPixels);
  runs.push(...runsOfBlocks(context, [...annotated.drawn, ...annotated.toDraw], toPixels));
  const comments = isAllComments(runs, annotated, canvas, toPixels) ? [toSheet(annotated.comments, page.view)] : [];
  drawTextBlocks(context, comments, toPixels);
  runs.push(...runsOfBlocks(context, comments, toPixels));
  const pixels = { pixels: canvas.data(), widthPx: width, heightPx: height, channels: 4 } as const;
  const drawn = drawing.content();
  const layer = readTextLayer(runs, drawn, pixels, maxPageCharacters);
  const ofAnnotations = comments.length > 0 ? [nothingElse, ...annotated.warnings] : annotated.warnings;
  const warnings = [...pdfWarnings.take(), ...ofAnnotations, ...layer.warnings];
  return { page: { ...pixels, text: layer.text, warnings }, drawn };
}

const nothingElse = 'Nothing shows on this page but comments; their text was written on it.';

/** Whether a page has comments and nothing else, their marks aside. */
function isAllComments(runs: readonly TextRun[], { comments }: AnnotatedText, page: Canvas, toPixels: Matrix): boolean {
  if (comments.length === 0 || runs.some(({ text }) => text.trim() !== '')) return false;
  const rest = createCanvas(page.width, page.height);
  const context = rest.getContext('2d');
  context.drawImage(page, 0, 0);
  context.setTransform(...toPixels);
  context.fillStyle = '#ffffff';
  for (const {
    box: [left, bottom, right, top],
  } of comments) {
    context.fillRect(left - markEdge, bottom - markEdge, right - left + 2 * markEdge, top - bottom + 2 * markEdge);
  }
  return !hasInk({ pixels: rest.data(), widthPx: page.width, heightPx: page.height, channels: 4 });
}

/** In the page's units: how far a mark reaches beyond its place. */
const markEdge = 4;
/** As above: the margin around comments. */
const sheetMargin = 36;

function toSheet(
  comments: readonly TextBlock[],
  [left = 0, bottom = 0, right = 0, top = 0]: readonly number[],
): TextBlock {
  return {
    text: comments.map(({ text }) => text).join('\n'),
    box: [left + sheetMargin, bottom + sheetMargin, right - sheetMargin, top - sheetMargin],
    fontSize: 0,
    isMultiline: true,
  };
}

/**
 * The text layer of a page, all of it, also what does not show. Its order is that of the content stream: generators
 * write columns and cells one after the other, so that it reads better than an order by position.
 */
async function extractText(page: PDFPageProxy, viewport: PageViewport): Promise<TextRun[]> {
  const content = await page.getTextContent();
  const [scaleX = 1, scaleY = 0] = viewport.transform;
  const scale = Math.hypot(scaleX, scaleY);
  return content.items.flatMap((item): TextRun[] => {
    if (!('str' in item)) return [];
    const isVertical = content.styles[item.fontName]?.vertical ?? false;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = Util.transform(viewport.transform, item.transform);
    return [
      {
        text: item.str,
        matrix: [a, b, c, d, e, f],
        advance: (isVertical ? item.height : item.width) * scale,
        isVertical,
        endsLine: item.hasEOL,
      },
    ];
  });
}
