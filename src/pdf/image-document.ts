import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { documentCorrupt } from '../domain/error-sentences.ts';
import type { DrawableType } from '../domain/document.ts';
import { ClassifierError } from '../domain/errors.ts';
import { imageTooLarge, isWithinPixelLimit, pixelLimitSentence } from './image-limits.ts';
import type { DrawnPage, OpenDocument } from './open-document.ts';
import { shrinkToPage, type PixelSize } from './page-size.ts';
import type { RenderSettings } from './render-messages.ts';

// A child does one thing at a time; the pool has as many as there are cores to use.
sharp.concurrency(1);
sharp.cache(false);

const noText = { text: '', spans: [] } as const;
const damagedImage = 'This image is damaged; part of it may be missing.';

/** Opens a JPEG, PNG, GIF, WebP or TIFF. An animation has one page, its first frame; a TIFF as many as it has frames. */
export async function openImage(path: string, type: DrawableType, settings: RenderSettings): Promise<OpenDocument> {
  const header = await readHeader(path, 0);
  if (!header || header.format !== type) throw documentCorrupt('image');
  const pageCount = type === 'tiff' ? Math.max(1, header.pages ?? 1) : 1;
  if (pageCount === 1 && !isWithinPixelLimit(header, settings.maxImagePixels)) {
    throw imageTooLarge(header, settings.maxImagePixels);
  }
  return {
    pageCount,
    async drawPage(pageNumber) {
      const drawn = await drawFrame(path, pageNumber - 1, settings);
      if (drawn) return drawn;
      if (pageCount === 1) throw documentCorrupt('image');
      throw new ClassifierError('page_render_failed', 'This page could not be decoded: the image is damaged.');
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function drawFrame(path: string, frame: number, settings: RenderSettings): Promise<DrawnPage | undefined> {
  const header = await readHeader(path, frame);
  if (!header) return undefined;
  if (!isWithinPixelLimit(header, settings.maxImagePixels)) {
    throw new ClassifierError('page_render_failed', pixelLimitSentence('page', header, settings.maxImagePixels));
  }
  const size = shrinkToPage(header.autoOrient, settings.longSidePx);
  const intact = await decode(path, { page: frame, failOn: 'error' }, size, settings);
  if (intact) return { ...intact, warnings: [] };
  // libvips fills what a truncated file lacks.
  const damaged = await decode(path, { page: frame, failOn: 'none' }, size, settings);
  return damaged && { ...damaged, warnings: [damagedImage] };
}

/** Reads no pixels, so that the size can be judged before any are decoded. */
async function readHeader(path: string, frame: number): Promise<Metadata | undefined> {
  try {
    return await sharp(path, { page: frame, limitInputPixels: false }).metadata();
  } catch {
    return undefined;
  }
}

async function decode(
  path: string,
  options: SharpOptions,
  { width, height }: PixelSize,
  { maxImagePixels }: RenderSettings,
): Promise<Omit<DrawnPage, 'warnings'> | undefined> {
  try {
    const { data, info } = await sharp(path, { ...options, limitInputPixels: maxImagePixels })
      .autoOrient()
      // Unflattened, transparent areas would come out black.
      .flatten({ background: '#ffffff' })
      .resize({ width, height, fit: 'fill' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) return undefined;
    return { pixels: data, widthPx: info.width, heightPx: info.height, channels: 3, text: noText };
  } catch {
    return undefined;
  }
}
