import type { PixelSize } from './page-size.ts';

/** How pdfjs hands over a decoded image: its `ImageKind`, by value. */
export const imageKinds = { oneBit: 1, rgb: 2, rgba: 3 } as const;

/** A decoded image: rows of bits (1 is white), of RGB or of RGBA. */
export interface DecodedImage extends PixelSize {
  readonly kind: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Skia draws nothing of an image that is longer, and says nothing. */
const maxDrawnSidePx = 32_767;

/**
 * The largest power of two by which an image may shrink and still has twice the pixels of the page in each direction
 * that it could fill; 1 when it should stay. One that is too long to be drawn at all shrinks as far as it must. A power
 * of two keeps the boxes of one-bit images within bytes.
 */
export function shrinkFactor(image: PixelSize, longSidePx: number): number {
  const longest = Math.max(image.width, image.height);
  const ratio = longest / (2 * longSidePx);
  const wanted = ratio < 2 ? 1 : 2 ** Math.floor(Math.log2(ratio));
  const needed = longest <= maxDrawnSidePx ? 1 : 2 ** Math.ceil(Math.log2(longest / maxDrawnSidePx));
  return Math.max(wanted, needed);
}

/**
 * Averages boxes of `factor` x `factor` pixels; what does not fill a box at the right and lower edge is dropped. An
 * image of one bit becomes RGB, so that thin strokes turn grey instead of vanishing. Undefined for other kinds.
 */
export function shrinkImage(image: DecodedImage, factor: number): DecodedImage | undefined {
  const width = Math.max(1, Math.floor(image.width / factor));
  const height = Math.max(1, Math.floor(image.height / factor));
  if (image.kind === imageKinds.oneBit)
    return { kind: imageKinds.rgb, width, height, data: shrinkBits(image, factor, width, height) };
  if (image.kind !== imageKinds.rgb && image.kind !== imageKinds.rgba) return undefined;
  const channels = image.kind === imageKinds.rgb ? 3 : 4;
  return { kind: image.kind, width, height, data: shrinkChannels(image, channels, factor, width, height) };
}

function shrinkChannels(
  image: DecodedImage,
  channels: 3 | 4,
  factor: number,
  width: number,
  height: number,
): Uint8ClampedArray {
  const { data } = image;
  const rowsPerBox = Math.min(factor, image.height);
  const columnsPerBox = Math.min(factor, image.width);
  const result = new Uint8ClampedArray(width * height * channels);
  const sums = new Uint32Array(width * channels);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let row = 0; row < rowsPerBox; row++) {
      let from = (y * factor + row) * image.width * channels;
      for (let to = 0; to < sums.length; to += channels) {
        for (let column = 0; column < columnsPerBox; column++) {
          for (let channel = 0; channel < channels; channel++)
            sums[to + channel] = (sums[to + channel] ?? 0) + (data[from++] ?? 0);
        }
      }
    }
    const count = rowsPerBox * columnsPerBox;
    for (let index = 0; index < sums.length; index++) result[y * sums.length + index] = (sums[index] ?? 0) / count;
  }
  return result;
}

/** Set bits in each byte. */
const bitCounts = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

function shrinkBits(image: DecodedImage, factor: number, width: number, height: number): Uint8ClampedArray {
  const rowBytes = Math.ceil(image.width / 8);
  const rowsPerBox = Math.min(factor, image.height);
  // Whole bytes, where a box is wider than one.
  const columnsPerBox =
    factor >= 8 && image.width >= 8 ? Math.min(factor, image.width & ~7) : Math.min(factor, image.width);
  const result = new Uint8ClampedArray(width * height * 3);
  const sums = new Uint32Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let row = 0; row < rowsPerBox; row++) {
      const start = (y * factor + row) * rowBytes;
      addBits(image.data.subarray(start, start + rowBytes), sums, columnsPerBox);
    }
    for (let x = 0; x < width; x++) {
      result.fill(((sums[x] ?? 0) * 255) / (rowsPerBox * columnsPerBox), (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return result;
}

/** Adds the set bits of each box of one row to its sum. */
function addBits(row: Uint8Array | Uint8ClampedArray, sums: Uint32Array, columnsPerBox: number): void {
  if (columnsPerBox >= 8) {
    const bytesPerBox = columnsPerBox >> 3;
    let from = 0;
    for (let x = 0; x < sums.length; x++) {
      let sum = sums[x] ?? 0;
      for (let byte = 0; byte < bytesPerBox; byte++) sum += bitCounts[row[from++] ?? 0] ?? 0;
      sums[x] = sum;
    }
    return;
  }
  const mask = (1 << columnsPerBox) - 1;
  for (let x = 0; x < sums.length; x++) {
    const bit = x * columnsPerBox;
    const bits = ((row[bit >> 3] ?? 0) >> (8 - columnsPerBox - (bit & 7))) & mask;
    sums[x] = (sums[x] ?? 0) + (bitCounts[bits] ?? 0);
  }
}
