import type { PageText } from '../../domain/page.ts';
import type { ClassifiablePage } from '../page-classifier.ts';
import { foldText } from './fold-text.ts';
import type { OcrEngine } from './ocr-engine.ts';

/** Letters below which a text layer is a page number or a scanner's mark rather than the page. */
const fewestLetters = 24;

/** Of the page's height: what stands there alone is a header or a footer that somebody stamped on a scan. */
const margin = 0.08;

/** The words of a page: its text layer, else what OCR reads on its image. */
export async function readPageWords(page: ClassifiablePage, ocr: OcrEngine, signal: AbortSignal): Promise<PageText> {
  const layer = await page.text();
  signal.throwIfAborted();
  if (countLetters(bodyOf(layer)) >= fewestLetters && isReadable(layer.text)) return layer;
  const image = await page.image();
  if (!image) return layer;
  const read = await ocr.recognise(image, signal);
  return !isReadable(layer.text) || countLetters(read.text) > countLetters(layer.text) ? read : layer;
}

/**
 * False for a text layer of letters that are none: a PDF whose fonts do not say which letter a shape is. In every language
 * written in Latin letters more than a quarter of the letters are vowels.
 */
function isReadable(text: string): boolean {
  const letters = foldText(text.slice(0, 20_000)).match(/[a-z]/g) ?? [];
  const vowels = letters.filter((letter) => 'aeiouy'.includes(letter));
  return letters.length < 200 || vowels.length > letters.length * 0.25;
}

function bodyOf({ text, spans }: PageText): string {
  if (spans.length === 0) return text;
  const body = spans.filter(({ y, height }) => y + height > margin && y < 1 - margin);
  return body.map((span) => span.text).join(' ');
}

function countLetters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
