import type { PixelSize } from './page-size.ts';

/** The size that a BMP states, or undefined when its header is none. Heights are negative where rows run downwards. */
export function readBitmapSize(head: Uint8Array): PixelSize | undefined {
  if (head.length < 26) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  // The oldest header (OS/2 1.x) has 12 bytes, and 16-bit sizes.
  const isCore = view.getUint32(14, true) === 12;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = isCore ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** How much of a bitmap's pixels its file has: Skia draws what is missing in black, and says nothing. */
export function readBitmapExtent(file: Buffer): 'whole' | 'part' | 'none' {
  const isCore = file.readUInt32LE(14) === 12;
  const size = readBitmapSize(file);
  const start = file.readUInt32LE(10);
  if (!size || file.length < (isCore ? 26 : 54) || file.length <= start) return 'none';
  const bits = file.readUInt16LE(isCore ? 24 : 28);
  const compression = isCore ? 0 : file.readUInt32LE(30);
  const rowBits = size.width * bits;
  // The last row may lack what only fills it up. Of a compressed one, the header says how long it is.
  const needed = uncompressed.includes(compression)
    ? Math.ceil(rowBits / 32) * 4 * (size.height - 1) + Math.ceil(rowBits / 8)
    : file.readUInt32LE(34);
  return file.length < start + needed ? 'part' : 'whole';
}

/** BI_RGB, BI_BITFIELDS and BI_ALPHABITFIELDS. */
const uncompressed: readonly number[] = [0, 3, 6];
