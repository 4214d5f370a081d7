import sharp from 'sharp';
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
    image: async () =>
      options.image === null ? undefined : (options.image ?? (await drawPageImage(options.text ?? ''))),
    neighbours: async () =>
      Object.entries(options.neighbours ?? {}).map(([pageNumber, text]) => ({
        pageNumber: Number(pageNumber),
        text: buildPageText(text),
      })),
  };
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

/** A JPEG of an A4 page that shows the text; without text, a page with a few grey bars that say nothing. */
export async function drawPageImage(text: string): Promise<Uint8Array> {
  const marks =
    text === ''
      ? [10, 14, 18].map((y) => `<rect x="10%" y="${y}%" width="60%" height="1%" fill="#999"/>`)
      : text
          .split('\n')
          .slice(0, 50)
          .map(
            (line, index) =>
              `<text x="60" y="${80 + index * 26}" font-size="20">${escapeXml(line.slice(0, 80))}</text>`,
          );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="768" height="1086"><rect width="100%" height="100%" fill="#fff"/>${marks.join('')}</svg>`;
  return await sharp(Buffer.from(svg)).jpeg({ quality: 80 }).toBuffer();
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
