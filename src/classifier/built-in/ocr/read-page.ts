import type { PageText } from '../../../domain/page.ts';
import { decodeBitmap } from './bitmap.ts';
import type { OcrModels } from './ocr-models.ts';
import { readLines } from './read-lines.ts';
import { toPageText } from './reading-order.ts';
import { turnUpright } from './turn-upright.ts';

/** Reads the words on a page image, turned upright first where it was scanned sideways or upside down. */
export async function readPage(models: OcrModels, image: Uint8Array): Promise<PageText> {
  const { bitmap, boxes } = await turnUpright(models, await decodeBitmap(image));
  return toPageText(await readLines(models, bitmap, boxes), bitmap.width, bitmap.height);
}
