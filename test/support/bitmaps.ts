/** Writes BMP files, which sharp cannot. */
export interface BitmapOptions {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: 1 | 4 | 8 | 16 | 24 | 32;
  readonly isTopDown?: boolean;
}

/** A bitmap whose left half is black and whose right half is white. */
export function halfBlackBitmap({ width, height, bitsPerPixel, isTopDown = false }: BitmapOptions): Buffer {
  const paletteLength = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0;
  const rowLength = Math.ceil((width * bitsPerPixel) / 32) * 4;
  const offset = 54 + paletteLength * 4;
  const file = Buffer.alloc(offset + rowLength * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(offset, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(isTopDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bitsPerPixel, 28);
  file.writeUInt32LE(rowLength * height, 34);
  // Entry 0 is black, the last one white.
  if (paletteLength > 0) file.fill(255, offset - 4, offset - 1);
  for (let y = 0; y < height; y++) {
    for (let bit = (width / 2) * bitsPerPixel; bit < width * bitsPerPixel; bit++) {
      const at = offset + y * rowLength + (bit >> 3);
      file[at] = (file[at] ?? 0) | (0x80 >> (bit & 7));
    }
  }
  return file;
}
