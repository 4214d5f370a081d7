import sharp, { type Sharp } from 'sharp';
import { shrinkToPage } from '../../../pdf/page-size.ts';

/** An RGB picture, 3 bytes a pixel, row by row. */
export interface Bitmap {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Larger pages are scaled down, long ones less (`shrinkToPage`): more pixels cost time and give no more words. */
const maxLongSide = 1536;

/** Decodes a page image (JPEG and whatever else sharp reads) onto white. */
export async function decodeBitmap(image: Uint8Array): Promise<Bitmap> {
  const decoder = sharp(image, { limitInputPixels: 64_000_000 });
  const { autoOrient } = await decoder.metadata();
  const { width, height } = shrinkToPage(autoOrient, maxLongSide);
  const { data, info } = await decoder
    .rotate()
    .flatten({ background: '#ffffff' })
    .resize({ width, height, fit: 'fill' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Scales to exactly this size. */
export async function scaleBitmap(bitmap: Bitmap, width: number, height: number): Promise<Bitmap> {
  const { data } = await rawSharp(bitmap)
    .resize({ width, height, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width, height };
}

/** Turns clockwise. */
export async function turnBitmap(bitmap: Bitmap, degrees: 90 | 180 | 270): Promise<Bitmap> {
  const { data, info } = await rawSharp(bitmap).rotate(degrees).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function rawSharp({ data, width, height }: Bitmap): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
