import { turnBitmap, type Bitmap } from './bitmap.ts';
import { cropLine, joinCrops } from './crop-line.ts';
import { detectText } from './detect-text.ts';
import type { OcrModels } from './ocr-models.ts';
import { readLines } from './read-lines.ts';
import { isVertical, type TextBox } from './text-box.ts';

export interface UprightPage {
  readonly bitmap: Bitmap;
  readonly boxes: readonly TextBox[];
}

/** How many lines are asked whether the page stands on its head, and what the model looks at of each. */
const sampleSize = 9;
const sampleWidth = 192;
const minSampleSize = 1;

/**
 * Finds the text of a page that may have been scanned sideways or upside down, and turns the page so that it can be
 * read.
 */
export async function turnUpright(models: OcrModels, bitmap: Bitmap): Promise<UprightPage> {
  const boxes = await detectText(models, bitmap);
  const total = sumOfLengths(boxes);
  if (sumOfLengths(boxes.filter(isVertical)) <= total * 0.6) return turnHeadUp(models, { bitmap, boxes });
  const turned = await turnBitmap(bitmap, 90);
  return turnHeadUp(models, { bitmap: turned, boxes: await detectText(models, turned) });
}

/**
 * The orientation model errs on short or ornate lines, so the page is only turned if its lines then read better.
 */
async function turnHeadUp(models: OcrModels, page: UprightPage): Promise<UprightPage> {
  const sample = page.boxes
    .filter((box) => !isVertical(box) && box.length > box.height * 3)
    .toSorted((a, b) => b.height * b.length - a.height * a.length)
    .slice(0, sampleSize);
  if (sample.length < minSampleSize) return page;
  const crops = sample.map((box) => cropLine(page.bitmap, box));
  const planes = joinCrops(crops, sampleWidth).map((value) => value * 2 - 1);
  const { data } = await models.orient(planes, crops.length, sampleWidth);
  const upsideDown = crops.filter((_, line) => (data[line * 2 + 1] ?? 0) > 0.5).length;
  if (upsideDown <= crops.length / 2) return page;
  const turned = await turnRound(page);
  const [asGiven, asTurned] = [
    await legibility(models, page.bitmap, sample),
    await legibility(
      models,
      turned.bitmap,
      sample.map((box) => turnBox(box, page.bitmap)),
    ),
  ];
  return asTurned > asGiven ? turned : page;
}

async function turnRound({ bitmap, boxes }: UprightPage): Promise<UprightPage> {
  return { bitmap: await turnBitmap(bitmap, 180), boxes: boxes.map((box) => turnBox(box, bitmap)) };
}

function turnBox(box: TextBox, { width, height }: Bitmap): TextBox {
  return { ...box, centreX: width - box.centreX, centreY: height - box.centreY };
}

/** How many sampled lines are read both ways, and how much of each: enough to tell, at a tenth of a page's cost. */
const readSize = 3;
const readRatio = 6;

/** How many letters the lines have, weighted by how sure the model is of them. */
async function legibility(models: OcrModels, bitmap: Bitmap, boxes: readonly TextBox[]): Promise<number> {
  const short = boxes
    .slice(0, readSize)
    .map((box) => ({ ...box, length: Math.min(box.length, readRatio * box.height) }));
  const lines = await readLines(models, bitmap, short);
  return lines.reduce((sum, line) => sum + line.confidence * line.text.length, 0);
}

function sumOfLengths(boxes: readonly TextBox[]): number {
  return boxes.reduce((sum, box) => sum + box.length, 0);
}
