import sharp from 'sharp';
import type { Pixels } from './pixels.ts';
import type { PixelSize } from './page-size.ts';
import { tagValue, tiffTags, type TiffDirectory } from './tiff-directory.ts';

/** The samples of a pixel: the colours first, then the file's additions. */
export interface InkLayout {
  readonly colours: 'grey' | 'rgb' | 'cmyk';
  readonly colourCount: number;
  readonly sampleCount: number;
  /** Which of the extra samples says how opaque the pixel is, counted from the first sample. */
  readonly alpha: number | undefined;
}

const layouts: Readonly<Record<number, Pick<InkLayout, 'colours' | 'colourCount'>>> = {
  0: { colours: 'grey', colourCount: 1 },
  1: { colours: 'grey', colourCount: 1 },
  2: { colours: 'rgb', colourCount: 3 },
  5: { colours: 'cmyk', colourCount: 4 },
};

/**
 * The layout of a page that has samples beside its colours and its alpha: spot inks, masks, infrared. Undefined for
 * every other page.
 */
export function readInkLayout(directory: TiffDirectory): InkLayout | undefined {
  const layout = layouts[tagValue(directory, tiffTags.photometric, 1)];
  const sampleCount = tagValue(directory, tiffTags.samplesPerPixel, 1);
  if (!layout || sampleCount <= layout.colourCount) return undefined;
  const kinds = directory.values.get(tiffTags.extraSamples) ?? [];
  const alphaAt = kinds.findIndex((kind) => kind === 1 || kind === 2);
  const extraCount = sampleCount - layout.colourCount;
  if (extraCount === 1 && alphaAt === 0 && layout.colours !== 'cmyk') return undefined;
  return { ...layout, sampleCount, alpha: alphaAt < 0 ? undefined : layout.colourCount + alphaAt };
}

/** Reads one sample of every pixel, scaled to the page. */
export type ReadPlane = (sample: number) => Promise<Uint8Array>;

/** How much of the light a full spot ink takes: black that stands on it stays darker. */
const spotStrength = 0.75;
/** A mask covers areas; an ink that draws leaves most of the paper free. */
const mostlyFree = 0.6;

/**
 * Draws the colours, and over them every other ink of a print; samples that are not an ink (masks, infrared) are left
 * out.
 */
export async function drawInks(layout: InkLayout, { width, height }: PixelSize, readPlane: ReadPlane): Promise<Pixels> {
  const planes: Uint8Array[] = [];
  for (let sample = 0; sample < layout.colourCount; sample++) planes.push(await readPlane(sample));
  const pixels = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      pixels[pixel * 4 + channel] = colourOf(layout, planes, channel, pixel);
    pixels[pixel * 4 + 3] = 255;
  }
  for (let sample = layout.colourCount; sample < layout.sampleCount; sample++) {
    const plane = await readPlane(sample);
    if (sample === layout.alpha) for (const [pixel, alpha] of plane.entries()) pixels[pixel * 4 + 3] = alpha;
    else drawSpot(pixels, plane, layout);
  }
  return { pixels, widthPx: width, heightPx: height, channels: 4 };
}

function colourOf({ colours }: InkLayout, planes: readonly Uint8Array[], channel: number, pixel: number): number {
  if (colours === 'grey') return planes[0]?.[pixel] ?? 0;
  const value = planes[channel]?.[pixel] ?? 0;
  if (colours === 'rgb') return value;
  return ((255 - value) * (255 - (planes[3]?.[pixel] ?? 0))) / 255;
}

/** Draws what differs from most of the plane, because programs differ on whether full ink is 255 or 0. */
function drawSpot(pixels: Uint8Array, plane: Uint8Array, { colours }: InkLayout): void {
  const counts = new Uint32Array(256);
  for (const value of plane) counts[value] = (counts[value] ?? 0) + 1;
  const paper = counts.indexOf(Math.max(...counts));
  if (colours !== 'cmyk' && (counts[paper] ?? 0) < plane.length * mostlyFree) return;
  for (const [pixel, value] of plane.entries()) {
    const light = 1 - (spotStrength * Math.abs(value - paper)) / 255;
    for (let channel = 0; channel < 3; channel++) {
      pixels[pixel * 4 + channel] = (pixels[pixel * 4 + channel] ?? 0) * light;
    }
  }
}

/** Scales one plane of full size, of 8 or 16 bits a sample, to the page. */
export async function scalePlane(
  plane: { readonly data: Buffer; readonly width: number; readonly height: number; readonly bytes: 1 | 2 },
  { width, height }: PixelSize,
): Promise<Uint8Array> {
  const eightBits = plane.bytes === 1 ? plane.data : upperBytes(plane.data);
  return sharp(eightBits, { raw: { width: plane.width, height: plane.height, channels: 1 } })
    .resize({ width, height, fit: 'fill' })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

/** libvips hands over 16 bits in the order of the machine, which is little-endian wherever Node runs. */
function upperBytes(data: Buffer): Uint8Array {
  const upper = new Uint8Array(data.length >> 1);
  for (let at = 0; at < upper.length; at++) upper[at] = data[at * 2 + 1] ?? 0;
  return upper;
}
