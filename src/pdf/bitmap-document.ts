import { createCanvas, loadImage } from '@napi-rs/canvas';
import { readFile } from 'node:fs/promises';
import { documentCorrupt } from '../domain/error-sentences.ts';
import { putOnGround } from './alpha-ground.ts';
import { readBitmapExtent, readBitmapSize } from './bitmap-header.ts';
import { damagedImage, imageTooLarge, isWithinPixelLimit } from './image-limits.ts';
import type { OpenDocument } from './opened-document.ts';
import { shrinkToPage } from './page-size.ts';
import { readPixelAspect, withSquarePixels } from './pixel-aspect.ts';
import type { RenderSettings } from './render-messages.ts';

/** Opens a BMP, which sharp does not read and Skia does. */
export async function openBitmap(path: string, settings: RenderSettings): Promise<OpenDocument> {
  const bytes = await readFile(path);
  const size = readBitmapSize(bytes);
  const extent = size && readBitmapExtent(bytes);
  if (!size || extent === 'none') throw documentCorrupt('image');
  if (!isWithinPixelLimit(size, settings.maxImagePixels)) throw imageTooLarge(size, settings.maxImagePixels);
  const image = await loadImage(bytes).catch((error: unknown) => {
    throw documentCorrupt('image', error);
  });
  const aspect = readPixelAspect({ type: 'bmp', readAt: (offset, length) => bytes.subarray(offset, offset + length) });
  return {
    pageCount: 1,
    async drawPage() {
      const { width, height } = shrinkToPage(withSquarePixels(size, aspect), settings.longSidePx);
      const context = createCanvas(width, height).getContext('2d');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      const pixels = Uint8Array.from(data);
      const page = putOnGround({ pixels, widthPx: width, heightPx: height, channels: 4 });
      return { ...page, text: { text: '', spans: [] }, warnings: extent === 'part' ? [damagedImage] : [] };
    },
    async [Symbol.asyncDispose]() {},
  };
}
