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
