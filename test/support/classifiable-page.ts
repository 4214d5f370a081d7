import { fileURLToPath } from 'node:url';
import sharp, { type OverlayOptions } from 'sharp';
import type { ClassifiablePage } from '../../src/classifier/page-classifier.ts';
import type { PageText, TextSpan } from '../../src/domain/page.ts';

interface PageOptions {
  readonly text?: string;
  /** `null` for a page of a text, which has none. */
  readonly image?: Uint8Array | null;
  readonly pageNumber?: number;
  readonly pageCount?: number;
  /** Texts of other pages by their number. */
  readonly neighbours?: Readonly<Record<number, string>>;
  /** Called before the text is handed over, to make something happen in the middle of a call. */
  readonly onText?: () => void;
}

/** Builds a page as a classifier sees it: the words stand one line below the other on an A4 page. */
export function buildPage(options: PageOptions = {}): ClassifiablePage {
  return {
    pageNumber: options.pageNumber ?? 1,
    pageCount: options.pageCount ?? 1,
    text: async () => {
      options.onText?.();
      return buildPageText(options.text ?? '');
    },
    image: async () => (options.image === null ? undefined : (options.image ?? (await drawnOnce(options.text ?? '')))),
    neighbours: async () =>
      Object.entries(options.neighbours ?? {}).map(([pageNumber, text]) => ({
        pageNumber: Number(pageNumber),
        text: buildPageText(text),
      })),
  };
}

/** Many questions are about the same page, and drawing it takes longer than asking. */
const drawnPages = new Map<string, Promise<Uint8Array>>();

function drawnOnce(text: string): Promise<Uint8Array> {
  const image = drawnPages.get(text) ?? drawPageImage(text);
  drawnPages.set(text, image);
  return image;
}

/** Lines of text with places: the first line larger than the others, as a title is. */
export function buildPageText(text: string): PageText {
  const lines = text === '' ? [] : text.split('\n');
  const spans: TextSpan[] = lines.map((line, index) => ({
    text: line,
    x: 0.1,
    y: Math.min(0.08 + index * 0.025, 0.95),
    width: Math.min(line.length * 0.012, 0.8),
    height: index === 0 ? 0.024 : 0.012,
  }));
  return { text, spans };
}

/** Of a package, since how wide a line is, and whether it fits, must not hang on the fonts of the machine. */
const fontFile = fileURLToPath(
  new URL('standard_fonts/LiberationSans-Regular.ttf', import.meta.resolve('pdfjs-dist/package.json')),
);

/** A JPEG of an A4 page that shows the text; without text, a page with a few grey bars that say nothing. */
export async function drawPageImage(text: string): Promise<Uint8Array> {
  const marks = text === '' ? greyBars : text.trim() === '' ? [] : [await drawLines(text)];
  // Wider and longer than the page, for lines that run off it.
  const canvas = sharp({ create: { width: 2400, height: 1800, channels: 3, background: '#ffffff' } }).composite([
    ...marks,
  ]);
  const page = sharp(await canvas.png().toBuffer()).extract({ left: 0, top: 0, width: 768, height: 1086 });
  return await page.jpeg({ quality: 80 }).toBuffer();
}

const greyBars: readonly OverlayOptions[] = [109, 152, 195].map((top) => ({
  input: { create: { width: 461, height: 11, channels: 3, background: '#999999' } },
  left: 77,
  top,
}));

/** Letters of 20 pixels, a line every 26. */
async function drawLines(text: string): Promise<OverlayOptions> {
  const lines = text.split('\n').slice(0, 50);
  const markup = lines.map((line) => escapeXml(line.slice(0, 80))).join('\n');
  const drawn = sharp({
    text: { text: markup, font: 'Liberation Sans 20', fontfile: fontFile, dpi: 72, rgba: true, spacing: 3 },
  });
  return { input: await drawn.png().toBuffer(), left: 60, top: 62 };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
