import { isDecodedImage } from './shrink-page-images.ts';
import { imageKinds } from './shrink-image.ts';

/** Of 255; a lower opacity shows what lies below. */
const opaque = 230;
/** The share of a picture's transparent pixels; rounded corners and soft edges have fewer. */
const clearShare = 0.1;
const samples = 10_000;

/** Whether a decoded image shows what lies below it: a tenth of its pixels are clear, or half clear. */
export function isSeeThrough(image: unknown): boolean {
  if (!isDecodedImage(image) || image.kind !== imageKinds.rgba) return false;
  const pixels = image.width * image.height;
  const step = Math.max(1, Math.floor(pixels / samples));
  let seen = 0;
  let clear = 0;
  for (let pixel = 0; pixel < pixels; pixel += step) {
    seen++;
    if ((image.data[pixel * 4 + 3] ?? 0) < opaque) clear++;
  }
  return clear > clearShare * seen;
}
