import { turnBitmap, type Bitmap } from './bitmap.ts';
import { cropLine, joinCrops } from './crop-line.ts';
import { detectText } from './detect-text.ts';
import type { OcrModels } from './ocr-models.ts';
import { isVertical, type TextBox } from './text-box.ts';

export interface UprightPage {
  readonly bitmap: Bitmap;
  readonly boxes: readonly TextBox[];
}

/** How many lines are asked whether the page stands on its head, and what the model looks at of each. */
const sampleSize = 9;
const sampleWidth = 192;
const minSampleSize = 3;

/** Finds the text of a page that may have been scanned sideways or upside down, and turns the page so that it can be read. */
export async function turnUpright(models: OcrModels, bitmap: Bitmap): Promise<UprightPage> {
  const boxes = await detectText(models, bitmap);
  const total = sumOfLengths(boxes);
  if (sumOfLengths(boxes.filter(isVertical)) <= total * 0.6) return turnHeadUp(models, { bitmap, boxes });
  const turned = await turnBitmap(bitmap, 90);
  return turnHeadUp(models, { bitmap: turned, boxes: await detectText(models, turned) });
}

async function turnHeadUp(models: OcrModels, page: UprightPage): Promise<UprightPage> {
  const { bitmap, boxes } = page;
  const crops = boxes
    .filter((box) => !isVertical(box) && box.length > box.height * 3)
    .toSorted((a, b) => b.height * b.length - a.height * a.length)
    .slice(0, sampleSize)
    .map((box) => cropLine(bitmap, box));
  if (crops.length < minSampleSize) return page;
  const { data } = await models.orient(joinCrops(crops, sampleWidth), crops.length, sampleWidth);
  const upsideDown = crops.filter((_, line) => (data[line * 2 + 1] ?? 0) > 0.9).length;
  if (upsideDown <= crops.length / 2) return page;
  return {
    bitmap: await turnBitmap(bitmap, 180),
    boxes: boxes.map((box) => ({
      ...box,
      centreX: bitmap.width - box.centreX,
      centreY: bitmap.height - box.centreY,
    })),
  };
}

function sumOfLengths(boxes: readonly TextBox[]): number {
  return boxes.reduce((sum, box) => sum + box.length, 0);
}
