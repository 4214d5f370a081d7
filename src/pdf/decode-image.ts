import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { putOnGround } from './alpha-ground.ts';
import type { Pixels } from './pixels.ts';
import type { PixelSize } from './page-size.ts';
import { scaleSamples } from './scale-samples.ts';
import { tagValue, tiffTags, type TiffDirectory } from './tiff-directory.ts';
import { drawInks, readInkLayout, scalePlane, type InkLayout } from './tiff-inks.ts';

/** One picture of an image file, with what its header says. */
export interface ImageFrame {
  readonly input: string | Buffer;
  readonly options: SharpOptions;
  readonly header: Metadata;
  readonly directory?: TiffDirectory | undefined;
}

/**
 * Decodes a picture to 8 bits of red, green and blue in the given size. Throws where libvips does: the file is damaged,
 * or of a kind that is not read.
 */
export async function decodeFrame(frame: ImageFrame, failOn: 'error' | 'none', size: PixelSize): Promise<Pixels> {
  const layout = frame.directory && readInkLayout(frame.directory);
  const one = { ...frame, options: { ...frame.options, failOn } };
  if (layout) return putOnGround(await decodeInks(one, layout, size));
  return (await decodeNumbers(one, size)) ?? putOnGround(stretchBits(await decodeColours(one, size)));
}

/** A picture of zeros and ones that was written as if they were shades. */
function stretchBits(page: Pixels): Pixels {
  if (page.channels === 4 || page.pixels.some((value) => value > 1)) return page;
  return { ...page, pixels: page.pixels.map((value) => value * 255) };
}

async function decodeColours({ input, options }: ImageFrame, { width, height }: PixelSize): Promise<Pixels> {
  const { data, info } = await sharp(input, options)
    .autoOrient()
    .resize({ width, height, fit: 'fill' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 && info.channels !== 4) throw new Error(`libvips gave ${info.channels} channels`);
  return { pixels: data, widthPx: info.width, heightPx: info.height, channels: info.channels };
}

/** libvips's names of grey and of red, green and blue without 8 bits. */
const numberSpaces: readonly string[] = ['b-w', 'grey16', 'rgb16', 'scrgb', 'srgb', 'rgb'];

/** 16 bits of which the upper two are never used hold fewer. */
const fewerBits = 2 ** 14;

/** Undefined for numbers that libvips itself turns into shades: 8 bits, and 16 that are used. */
async function decodeNumbers(frame: ImageFrame, size: PixelSize): Promise<Pixels | undefined> {
  const { depth, space, hasAlpha } = frame.header;
  if (depth === undefined || depth === 'uchar' || hasAlpha || !numberSpaces.includes(space)) return undefined;
  const { samples, channels } = await readNumbers(frame, size);
  const isWhiteZero = tagValue(frame.directory, tiffTags.photometric, 1) === 0;
  // Unsigned whole numbers of which zero is white have been turned around by libvips; fewer bits are at the upper end
  // then.
  const isTurned = isWhiteZero && (depth === 'ushort' || depth === 'uint');
  const counted = isTurned && depth === 'ushort' ? samples.map((value) => 65_535 - value) : samples;
  if (depth === 'ushort' && counted.some((value) => value >= fewerBits)) return undefined;
  const isFloat = depth === 'float' || depth === 'double';
  const isInverted = isWhiteZero && depth !== 'uint';
  const pixels = scaleSamples(counted, { isFloat, isInverted });
  if (!pixels) throw new Error('no number in the image');
  const { width, height } = size;
  return { pixels: channels === 3 ? pixels : repeat(pixels), widthPx: width, heightPx: height, channels: 3 };
}

/** Grey as red, green and blue. */
function repeat(grey: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(grey.length * 3);
  for (const [at, value] of grey.entries()) pixels.fill(value, at * 3, at * 3 + 3);
  return pixels;
}

interface Numbers {
  readonly samples: Float32Array;
  readonly channels: 1 | 3;
}

/** The numbers as they are in the file. */
async function readNumbers(frame: ImageFrame, size: PixelSize): Promise<Numbers> {
  const { depth, space } = frame.header;
  const is16 = space === 'grey16' || space === 'rgb16';
  // What libvips calls 16 bits it cuts off below 0, and rounds to whole numbers.
  if (is16 && depth === 'short') return readLinear(frame, size, { factor: 1, offset: 32_768 });
  const numbers = await readLinear(frame, size, { factor: 1, offset: 0 });
  if (!is16 || depth !== 'float' || numbers.samples.some((value) => value > 1)) return numbers;
  return readLinear(frame, size, { factor: 65_535, offset: 0 });
}

async function readLinear(
  { input, options, header }: ImageFrame,
  { width, height }: PixelSize,
  { factor, offset }: { readonly factor: number; readonly offset: number },
): Promise<Numbers> {
  const space = header.space;
  const picture = sharp(input, { ...options, ignoreIcc: true })
    .autoOrient()
    .resize({ width, height, fit: 'fill', kernel: 'linear' })
    .pipelineColourspace(space)
    .toColourspace(space)
    .raw({ depth: 'float' });
  // Where it is not 16 bits, `linear` would cut all off that is no byte.
  if (factor !== 1 || offset !== 0) picture.linear(factor, offset);
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  if (info.channels !== 1 && info.channels !== 3) throw new Error(`libvips gave ${info.channels} channels`);
  const values = new Float32Array(data.length / 4);
  Buffer.from(values.buffer).set(data);
  return { samples: values.map((value) => (value - offset) / factor), channels: info.channels };
}

async function decodeInks({ input, options, header }: ImageFrame, layout: InkLayout, size: PixelSize): Promise<Pixels> {
  const { depth, space } = header;
  if (depth !== 'uchar' && depth !== 'ushort') throw new Error(`inks of ${depth}`);
  return drawInks(layout, size, async (sample) => {
    // Not scaled here: libvips would take the last sample for an alpha, and fade the others by it.
    const picture = sharp(input, { ...options, ignoreIcc: true })
      .autoOrient()
      .pipelineColourspace(space)
      .toColourspace(space)
      .raw({ depth });
    // Typed for four channels, it takes the number of any.
    const extractChannel: unknown = Reflect.get(picture, 'extractChannel');
    if (typeof extractChannel === 'function') Reflect.apply(extractChannel, picture, [sample]);
    const { data, info } = await picture.toBuffer({ resolveWithObject: true });
    return scalePlane({ data, width: info.width, height: info.height, bytes: depth === 'uchar' ? 1 : 2 }, size);
  });
}
