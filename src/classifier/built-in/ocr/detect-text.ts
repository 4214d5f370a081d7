import { scaleBitmap, type Bitmap } from './bitmap.ts';
import { findTextBoxes } from './find-text-boxes.ts';
import type { OcrModels } from './ocr-models.ts';
import type { TextBox } from './text-box.ts';

/** Long side of the picture that the detection model sees, a multiple of 32: larger finds finer print, and costs its square. */
const detectionSide = 960;

/** Mean and deviation of ImageNet's colours (red, green, blue), by which the detection model was trained. */
const means = [0.485, 0.456, 0.406];
const deviations = [0.229, 0.224, 0.225];

/** Finds where text stands in a picture, in the picture's own pixels. */
export async function detectText(models: OcrModels, bitmap: Bitmap): Promise<TextBox[]> {
  const scale = Math.min(1, detectionSide / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(32, Math.round((bitmap.width * scale) / 32) * 32);
  const height = Math.max(32, Math.round((bitmap.height * scale) / 32) * 32);
  const planes = toPlanes(await scaleBitmap(bitmap, width, height));
  const data = await models.detect(planes, width, height);
  const [scaleX, scaleY] = [bitmap.width / width, bitmap.height / height];
  return findTextBoxes({ data, width, height }).map((box) => stretch(box, scaleX, scaleY));
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
