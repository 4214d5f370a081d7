import { createCanvas, loadImage } from '@napi-rs/canvas';
import { readFile } from 'node:fs/promises';
import { documentCorrupt } from '../domain/error-sentences.ts';
import { readBitmapSize } from './bitmap-header.ts';
import { imageTooLarge, isWithinPixelLimit } from './image-limits.ts';
import type { OpenDocument } from './open-document.ts';
import { shrinkToPage } from './page-size.ts';
import type { RenderSettings } from './render-messages.ts';

/** Opens a BMP, which sharp does not read and Skia does. */
export async function openBitmap(path: string, settings: RenderSettings): Promise<OpenDocument> {
  const bytes = await readFile(path);
  const size = readBitmapSize(bytes);
  if (!size) throw documentCorrupt('image');
  if (!isWithinPixelLimit(size, settings.maxImagePixels)) throw imageTooLarge(size, settings.maxImagePixels);
  const image = await loadImage(bytes).catch((error: unknown) => {
    throw documentCorrupt('image', error);
  });
  return {
    pageCount: 1,
    async drawPage() {
      const { width, height } = shrinkToPage(size, settings.longSidePx);
      const context = createCanvas(width, height).getContext('2d');
      context.fillStyle = '#ffffff';
      context.fillRect(0, 0, width, height);
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, width, height);
      return {
        pixels: context.canvas.data(),
        widthPx: width,
        heightPx: height,
        channels: 4,
        text: { text: '', spans: [] },
        warnings: [],
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}
