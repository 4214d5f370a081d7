import { ClassifierError } from '../domain/errors.ts';
import type { PixelSize } from './page-size.ts';

/** True when an image of this size may be decoded. Known from its header alone. */
export function isWithinPixelLimit(size: PixelSize, maxPixels: number): boolean {
  return size.width * size.height <= maxPixels;
}

/** Why an image is refused before it is decoded: a few bytes can stand for gigabytes of pixels. */
export function pixelLimitSentence(what: 'image' | 'page', size: PixelSize, maxPixels: number): string {
  const limit = Math.floor(maxPixels / 1e6);
  return `This ${what} has ${size.width} x ${size.height} pixels; at most ${limit} million pixels are accepted.`;
}

export function imageTooLarge(size: PixelSize, maxPixels: number): ClassifierError {
  return new ClassifierError('document_corrupt', pixelLimitSentence('image', size, maxPixels));
}

/** The warning of a page that was drawn as far as its file goes. */
export const damagedImage = 'This image is damaged; part of it may be missing.';
