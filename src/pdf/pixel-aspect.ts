import type { DrawableType } from '../domain/document.ts';
import type { PixelSize } from './page-size.ts';
import { readTiffDirectories, tagValue, tiffTags, type ReadAt, type TiffDirectory } from './tiff-directory.ts';

/** Faxes have pixels twice as high as wide, and printers of old four times; what is beyond is a mistake in the file. */
const mostUnequal = 4.2;
/** Below, nobody sees it: 204 x 196 dots an inch of a fine fax stay as they are. */
const leastUnequal = 1.05;

/** Chunks of a PNG or markers of a JPEG that are looked through: their density stands before the pixels. */
const maxParts = 200;

export interface AspectSource {
  readonly type: DrawableType;
  readonly readAt: ReadAt;
  /** Of a TIFF: the page's. */
  readonly directory?: TiffDirectory | undefined;
  /** As in a JPEG or WebP, with or without its "Exif" mark. */
  readonly exif?: Buffer | undefined;
}

/**
 * How high a pixel is, in its widths, by the densities that the file states: 1 where it states none, or none that can
 * be true. Sources: TIFF 6.0 XResolution; JFIF 1.02 APP0; PNG pHYs; GIF89a section 18; BITMAPINFOHEADER; EXIF 2.3.
 */
export function readPixelAspect(source: AspectSource): number {
  const aspect = statedAspect(source);
  const inequality = Math.max(aspect, 1 / aspect);
  return inequality >= leastUnequal && inequality <= mostUnequal ? aspect : 1;
}

/**
 * The size of a picture whose pixels are made as high as wide: the side that has fewer of them grows, so that nothing
 * is lost.
 */
export function withSquarePixels({ width, height }: PixelSize, aspect: number): PixelSize {
  return { width: Math.round(width * Math.max(1, 1 / aspect)), height: Math.round(height * Math.max(1, aspect)) };
}

function statedAspect({ type, readAt, directory, exif }: AspectSource): number {
  switch (type) {
    case 'tiff':
      return ofDirectory(directory);
    case 'jpeg':
      return ofJfif(readAt) ?? ofExif(exif);
    case 'png':
      return ofPng(readAt);
    case 'gif':
      return ofGif(readAt(12, 1)[0] ?? 0);
    case 'bmp':
      return ofBitmap(readAt(0, 46));
    case 'webp':
      return ofExif(exif);
    case 'pdf':
      return 1;
    default:
      return type satisfies never;
  }
}

function ofDirectory(directory: TiffDirectory | undefined): number {
  return ratio(tagValue(directory, tiffTags.xResolution, 1), tagValue(directory, tiffTags.yResolution, 1));
}

function ofExif(exif: Buffer | undefined): number {
  if (!exif) return 1;
  const tiff = exif.toString('latin1', 0, 4) === 'Exif' ? exif.subarray(6) : exif;
  return ofDirectory(readTiffDirectories((offset, length) => tiff.subarray(offset, offset + length))[0]);
}

/** Undefined for a JPEG without JFIF's segment. */
function ofJfif(readAt: ReadAt): number | undefined {
  let at = 2;
  for (let part = 0; part < maxParts; part++) {
    const segment = readAt(at, 16);
    // Every segment before the first scan begins with its marker and length.
    if (segment.length < 16 || segment[0] !== 0xff || segment[1] === 0xda) return undefined;
    if (segment[1] === 0xe0 && segment.toString('latin1', 4, 9) === 'JFIF\0') {
      return ratio(segment.readUInt16BE(12), segment.readUInt16BE(14));
    }
    at += 2 + segment.readUInt16BE(2);
  }
  return undefined;
}

function ofPng(readAt: ReadAt): number {
  let at = 8;
  for (let part = 0; part < maxParts; part++) {
    const chunk = readAt(at, 16);
    if (chunk.length < 16) return 1;
    const name = chunk.toString('latin1', 4, 8);
    if (name === 'IDAT') return 1;
    if (name === 'pHYs') return ratio(chunk.readUInt32BE(8), chunk.readUInt32BE(12));
    at += 12 + chunk.readUInt32BE(0);
  }
  return 1;
}

/** Width by height, in 64ths, less 15. */
function ofGif(value: number): number {
  return value === 0 ? 1 : 64 / (value + 15);
}

function ofBitmap(head: Buffer): number {
  const hasDensity = head.length >= 46 && head.readUInt32LE(14) >= 40;
  return hasDensity ? ratio(head.readInt32LE(38), head.readInt32LE(42)) : 1;
}

/** With twice as many pixels per inch across as down, each pixel is twice as high as wide. */
function ratio(across: number, down: number): number {
  const aspect = across / down;
  return across > 0 && down > 0 && Number.isFinite(aspect) ? aspect : 1;
}
