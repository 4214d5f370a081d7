import { shrinkToPage, type PixelSize } from '../../../pdf/page-size.ts';
import { scaleBitmap, type Bitmap } from './bitmap.ts';
import { findTextBoxes, type ProbabilityMap } from './find-text-boxes.ts';
import type { OcrModels } from './ocr-models.ts';
import type { TextBox } from './text-box.ts';

/**
 * Long side of the picture that the detection model sees, a multiple of 32: larger finds finer print, and costs its
 * square.
 */
const detectionSide = 960;

/** Mean and deviation of ImageNet's colours (red, green, blue), by which the detection model was trained. */
const means = [0.485, 0.456, 0.406];
const deviations = [0.229, 0.224, 0.225];

/** Finds where text stands in a picture, in the picture's own pixels. */
export async function detectText(models: OcrModels, bitmap: Bitmap): Promise<TextBox[]> {
  const { scale } = shrinkToPage(bitmap, detectionSide);
  const width = Math.max(32, Math.round((bitmap.width * scale) / 32) * 32);
  const height = Math.max(32, Math.round((bitmap.height * scale) / 32) * 32);
  const map = await detectInWindows(models, await scaleBitmap(bitmap, width, height));
  const [scaleX, scaleY] = [bitmap.width / width, bitmap.height / height];
  return findTextBoxes(map).map((box) => stretch(box, scaleX, scaleY));
}

/** How much of a window's ends is left to its neighbours, which see what is on both sides: more than a line of text. */
const windowOverlap = 64;

/**
 * The model sees a long page in windows, one after the other; their maps are joined, so that a line may cross from one
 * to the next.
 */
async function detectInWindows(models: OcrModels, page: Bitmap): Promise<ProbabilityMap> {
  const { width, height } = page;
  if (Math.max(width, height) <= detectionSide) {
    return { data: await models.detect(toPlanes(page), width, height), width, height };
  }
  const isTall = height > width;
  const length = Math.max(width, height);
  const joined = new Float32Array(width * height);
  let end = 0;
  for (const start of windowStarts(length)) {
    const size = isTall ? { width, height: detectionSide } : { width: detectionSide, height };
    const left = isTall ? 0 : start;
    const top = isTall ? start : 0;
    const seen = await models.detect(toPlanes(cutOut(page, left, top, size)), size.width, size.height);
    const skipped = Math.max(0, end - windowOverlap - start);
    for (let y = isTall ? skipped : 0; y < size.height; y++) {
      const row = seen.subarray(y * size.width + (isTall ? 0 : skipped), (y + 1) * size.width);
      joined.set(row, (top + y) * width + left + (isTall ? 0 : skipped));
    }
    end = start + detectionSide;
  }
  return { data: joined, width, height };
}

/**
 * Of a page that is longer than all these, the first windows are looked at and the last ones: more lines than are read
 * anyway.
 */
const firstWindows = 10;
const lastWindows = 2;

function windowStarts(length: number): number[] {
  const stride = detectionSide - 2 * windowOverlap;
  const count = Math.ceil((length - 2 * windowOverlap) / stride);
  const starts = Array.from({ length: count }, (_, index) => Math.min(index * stride, length - detectionSide));
  return count <= firstWindows + lastWindows
    ? starts
    : [...starts.slice(0, firstWindows), ...starts.slice(-lastWindows)];
}

function cutOut(page: Bitmap, left: number, top: number, { width, height }: PixelSize): Bitmap {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * page.width + left) * 3;
    data.set(page.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}

/** The two scales differ by the rounding to 32 only, so that the angle can stay. */
function stretch(box: TextBox, scaleX: number, scaleY: number): TextBox {
  const [along, across] = Math.abs(box.angle) > Math.PI / 4 ? [scaleY, scaleX] : [scaleX, scaleY];
  return {
    centreX: box.centreX * scaleX,
    centreY: box.centreY * scaleY,
    length: box.length * along,
    height: box.height * across,
    angle: box.angle,
  };
}

function toPlanes({ data, width, height }: Bitmap): Float32Array {
  const plane = width * height;
  const planes = new Float32Array(plane * 3);
  for (let channel = 0; channel < 3; channel++) {
    const mean = means[channel] ?? 0;
    const deviation = deviations[channel] ?? 1;
    for (let pixel = 0; pixel < plane; pixel++) {
      planes[channel * plane + pixel] = ((data[pixel * 3 + 2 - channel] ?? 255) / 255 - mean) / deviation;
    }
  }
  return planes;
}
