/** Pixels in rows, three or four channels of 8 bits. */
export interface Pixels {
  readonly pixels: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 3 | 4;
}
