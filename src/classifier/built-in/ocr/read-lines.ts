import type { Bitmap } from './bitmap.ts';
import { cropLine, joinCrops, lineWidth, maxLineShape, maxLineWidth, type LineCrop } from './crop-line.ts';
import { decodeCtc } from './ctc.ts';
import type { OcrModels } from './ocr-models.ts';
import type { ReadBox } from './reading-order.ts';
import type { TextBox } from './text-box.ts';

/** Lines on whose letters the model is less sure than this are texture, stamps, or a script that it can't read. */
const minConfidence = 0.5;

/** Lines of about one width are read together; widths are rounded up to this. */
const widthStep = 64;

/**
 * The text to read of one page, in pixels of line at a height of 48: some 270 words, more than enough to tell what a
 * page is. It bounds the time, equally on every machine.
 */
const maxTotalWidth = 16_000;

interface Line {
  readonly box: TextBox;
  readonly width: number;
}

/** Reads lines of text: those in large type first, then from the top, until the page's share is used up. */
export async function readLines(models: OcrModels, bitmap: Bitmap, boxes: readonly TextBox[]): Promise<ReadBox[]> {
  const read: ReadBox[] = [];
  for (const batch of toBatches(chooseLines(boxes.flatMap(cutLongLine)))) {
    const crops = batch.lines.map(({ box }) => cropLine(bitmap, box));
    const texts = await readCrops(models, crops, batch.width);
    for (const [index, { box }] of batch.lines.entries()) {
      const line = texts[index];
      const text = line?.text.trim() ?? '';
      if (line && line.confidence >= minConfidence && text !== '')
        read.push({ box, text, confidence: line.confidence });
    }
  }
  return read;
}

/**
 * A line that is far longer than the model reads, on a banner or a wide sheet, is read in pieces instead of squeezed.
 */
function cutLongLine(box: TextBox): TextBox[] {
  const squeezed = box.length / (box.height * maxLineShape);
  if (squeezed <= 1.5) return [box];
  const count = Math.ceil(squeezed);
  const length = box.length / count;
  return Array.from({ length: count }, (_, index) => {
    const along = (index + 0.5 - count / 2) * length;
    const centreX = box.centreX + along * Math.cos(box.angle);
    const centreY = box.centreY + along * Math.sin(box.angle);
    return { ...box, centreX, centreY, length };
  });
}

function chooseLines(boxes: readonly TextBox[]): Line[] {
  const heights = boxes.map((box) => box.height).toSorted((a, b) => a - b);
  const median = heights[Math.floor(heights.length / 2)] ?? 0;
  const isLarge = (box: TextBox): boolean => box.height > median * 1.4;
  const ranked = boxes.toSorted((a, b) => Number(isLarge(b)) - Number(isLarge(a)) || a.centreY - b.centreY);
  const chosen: Line[] = [];
  let total = 0;
  for (const box of ranked) {
    const width = lineWidth(box);
    if (total + width > maxTotalWidth) break;
    total += width;
    chosen.push({ box, width });
  }
  return chosen;
}

function toBatches(lines: readonly Line[]): { lines: readonly Line[]; width: number }[] {
  const batches: { lines: Line[]; width: number }[] = [];
  for (const line of lines.toSorted((a, b) => a.width - b.width)) {
    const width = Math.ceil(line.width / widthStep) * widthStep;
    const batch = batches.at(-1);
    if (batch && width === batch.width && (batch.lines.length + 1) * width <= maxLineWidth) batch.lines.push(line);
    else batches.push({ lines: [line], width });
  }
  return batches;
}

async function readCrops(
  models: OcrModels,
  crops: readonly LineCrop[],
  width: number,
): Promise<ReturnType<typeof decodeCtc>[]> {
  const { data, dims } = await models.recognise(joinCrops(crops, width), crops.length, width);
  const [, steps = 0, symbolCount = 0] = dims;
  const size = steps * symbolCount;
  return crops.map((_, line) =>
    decodeCtc(data.subarray(line * size, (line + 1) * size), steps, symbolCount, models.alphabet),
  );
}
