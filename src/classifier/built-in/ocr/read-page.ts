import type { PlacedText, TextSpan } from '../../../domain/page.ts';
import type { OcrPlaces } from '../ocr-engine.ts';
import { decodeBitmap, type Bitmap } from './bitmap.ts';
import type { OcrModels } from './ocr-models.ts';
import { readLines } from './read-lines.ts';
import { toPageText } from './reading-order.ts';
import type { TextBox } from './text-box.ts';
import { turnUpright } from './turn-upright.ts';

/** Reads the words on a page image, turned upright first where it was scanned sideways or upside down. */
export async function readPage(
  models: OcrModels,
  image: Uint8Array,
  { only, known = [] }: OcrPlaces = {},
): Promise<PlacedText> {
  const bitmap = await decodeBitmap(image);
  if (only) {
    const boxes = only.map((span) => boxOf(span, bitmap));
    return toPageText(await readLines(models, bitmap, boxes), bitmap.width, bitmap.height);
  }
  const page = await turnUpright(models, bitmap);
  // What is known stands where the page as given has it.
  const boxes = page.bitmap === bitmap ? page.boxes.filter((box) => !isKnown(box, known, bitmap)) : page.boxes;
  return toPageText(await readLines(models, page.bitmap, boxes), page.bitmap.width, page.bitmap.height);
}

/** A line of type reaches a little beyond the height of its letters. */
const lineHeight = 1.2;

function boxOf({ x, y, width, height }: TextSpan, bitmap: Bitmap): TextBox {
  return {
    centreX: (x + width / 2) * bitmap.width,
    centreY: (y + height / 2) * bitmap.height,
    length: width * bitmap.width,
    height: Math.max(4, height * lineHeight * bitmap.height),
    angle: 0,
  };
}

/** Of a line's length: the rest is a rounding of boxes, or a colon. */
const mostOfLine = 0.6;

function isKnown(box: TextBox, known: readonly TextSpan[], bitmap: Bitmap): boolean {
  const [left, right] = [box.centreX - box.length / 2, box.centreX + box.length / 2].map((x) => x / bitmap.width);
  const middle = box.centreY / bitmap.height;
  if (left === undefined || right === undefined) return false;
  const covered = known
    .filter(({ y, height }) => y <= middle && y + height >= middle)
    .reduce((sum, { x, width }) => sum + Math.max(0, Math.min(right, x + width) - Math.max(left, x)), 0);
  return covered > mostOfLine * (right - left);
}
