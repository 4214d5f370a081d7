import type { PageText, PlacedText } from '../../domain/page.ts';
import type { ClassifiablePage } from '../page-classifier.ts';
import { agreementOf, linesToCompare } from './compare-texts.ts';
import { isInUncountedScript, isLatinInstead } from './contradicting-script.ts';
import type { OcrEngine, OcrText } from './ocr-engine.ts';
import { isReadable } from './readable-text.ts';

export interface PageWords {
  readonly words: PlacedText;
  /** Notes for the reader on where the words come from. Never page content. */
  readonly warnings: readonly string[];
}

/** Letters below which a text layer is a page number or a scanner's mark rather than the page. */
const fewestLetters = 24;

/** The share of a page's height in which text alone is a header or footer stamped on a scan. */
const margin = 0.08;

/** The share of OCR's reading that invisible text must contain to count as true; one letter in fifty may be wrong. */
const agrees = 0.8;
/** Below, it says something else. */
const contradicts = 0.3;
/** The share of the letters on the page that OCR must read to replace a text layer with gaps. */
const nearlyAll = 0.5;

const contradiction =
  'This page has invisible text that says something else than what shows; the image was read instead.';

/**
 * The words of a page: those of its text layer that show; else, or besides where the layer lacks much of what is
 * printed, what OCR reads on its image. Invisible text over a picture is believed where the picture says the same.
 */
export async function readPageWords(page: ClassifiablePage, ocr: OcrEngine, signal: AbortSignal): Promise<PageWords> {
  const layer = await page.text();
  signal.throwIfAborted();
  const { behind, lacks } = layer;
  const looksGood = lacks !== 'letters' && isReadable(layer.text);
  const isInDoubt = looksGood && isInUncountedScript(layer.text);
  const isWhole = looksGood && hasBody(layer) && lacks === undefined && !behind;
  if (isWhole && !isInDoubt) return { words: layer, warnings: [] };
  const image = await page.image();
  if (!image) return { words: layer, warnings: [] };
  const read: OcrEngine['recognise'] = (...of) => ocr.recognise(...of);
  const isGood = looksGood && !(isInDoubt && (await showsLatin(layer, (places) => read(image, signal, places))));
  if (isWhole && isGood) return { words: layer, warnings: [] };
  if (behind && isGood && (await isConfirmed(behind, (places) => read(image, signal, places)))) {
    const words = join(layer, behind);
    if (lacks === undefined && hasBody(words)) return { words, warnings: [] };
    return withOcr(words, await read(image, signal, { known: words.spans }));
  }
  if (isGood && layer.spans.length > 0) {
    const words = withOcr(layer, await read(image, signal, { known: layer.spans }));
    return behind ? compare(words, behind) : words;
  }
  const all = await read(image, signal);
  const words = isGood ? withOcr(layer, all) : insteadOf(layer, all);
  return behind ? compare(words, behind) : words;
}

function hasBody(layer: PlacedText): boolean {
  return countLetters(bodyOf(layer)) >= fewestLetters;
}

type ReadPlaces = (places: { readonly only: PlacedText['spans'] }) => Promise<OcrText>;

/**
 * Whether a few lines of a text in another script are plain Latin type in the picture: its font names the wrong
 * letters.
 */
async function showsLatin(layer: PlacedText, read: ReadPlaces): Promise<boolean> {
  const only = linesToCompare(layer.spans);
  return only.length > 0 && isLatinInstead((await read({ only })).text, layer.text);
}

/** Whether what a few of its lines say stands in the picture at their places. */
async function isConfirmed(behind: PlacedText, read: ReadPlaces): Promise<boolean> {
  if (!isReadable(behind.text)) return false;
  const only = linesToCompare(behind.spans);
  if (only.length === 0) return false;
  const agreement = agreementOf((await read({ only })).text, behind.text);
  return agreement !== undefined && agreement >= agrees;
}

/** Joins the known words and the words that OCR read beside them. */
function withOcr(known: PlacedText, read: OcrText): PageWords {
  return { words: countLetters(read.text) === 0 ? known : join(known, read), warnings: unreadWarning(read, known) };
}

/** Replaces a layer that is gibberish or has gaps by OCR's reading, unless the layer agrees and has more. */
function insteadOf(layer: PageText, read: OcrText): PageWords {
  const warnings = unreadWarning(read, layer);
  const agreement = agreementOf(read.text, layer.text);
  const isSame = layer.lacks !== 'letters' && agreement !== undefined && agreement >= agrees;
  const isLess = layer.lacks === 'letters' && countLetters(read.text) < nearlyAll * countLetters(layer.text);
  return { words: isSame || isLess ? layer : read, warnings };
}

/** After all was read: the invisible text is the better reading of the same words, or something else. */
function compare({ words, warnings }: PageWords, behind: PlacedText): PageWords {
  const agreement = agreementOf(words.text, behind.text);
  if (agreement === undefined || !isReadable(behind.text)) return { words, warnings };
  if (agreement >= agrees) return { words: behind, warnings };
  return { words, warnings: agreement < contradicts ? [...warnings, contradiction] : warnings };
}

function unreadWarning({ unread }: OcrText, known: PlacedText): string[] {
  if (unread === undefined) return [];
  const rest = countLetters(known.text) === 0 ? 'its shape' : 'the text that it holds';
  return [`The image of this page was not read: ${unread}. The page was judged by ${rest} alone.`];
}

function join(one: PlacedText, other: PlacedText): PlacedText {
  const text = [one.text, other.text].filter((part) => part !== '').join('\n');
  return { text, spans: [...one.spans, ...other.spans] };
}

function bodyOf({ text, spans }: PlacedText): string {
  if (spans.length === 0) return text;
  const body = spans.filter(({ y, height }) => y + height > margin && y < 1 - margin);
  return body.map((span) => span.text).join(' ');
}

function countLetters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
