export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size at which the long side has exactly `longSidePx`; the short side never vanishes. Skia draws nothing at all
 * beyond 32767 px, without an error, so that a page of any proportions must end up below.
 */
export function fitLongSide(size: PixelSize, longSidePx: number): PixelSize & { readonly scale: number } {
  const scale = longSidePx / Math.max(size.width, size.height);
  return {
    scale,
    width: clampSide(size.width * scale, longSidePx),
    height: clampSide(size.height * scale, longSidePx),
  };
}

/** As `fitLongSide`, but an image that is small already stays as it is: enlarging adds bytes and no information. */
export function shrinkToLongSide(size: PixelSize, longSidePx: number): PixelSize {
  return fitLongSide(size, Math.min(longSidePx, Math.max(size.width, size.height)));
}

function clampSide(side: number, longSidePx: number): number {
  return Math.min(longSidePx, Math.max(1, Math.round(side)));
}
