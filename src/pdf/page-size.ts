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

/**
 * A page that is longer than so many times its short side (a receipt, a panorama, a roll) has its short side bounded
 * instead.
 */
const longestRatio = 2;

/** Below what Skia draws (32767 px) and JPEG holds (65535 px). */
const maxLongSidePx = 32_000;

/**
 * The size of a page's image: the long side has `longSidePx`, but the short one never less than half of that, so that
 * the type of a long receipt stays legible; at most 32,000 px long.
 */
export function fitPage(size: PixelSize, longSidePx: number): PixelSize & { readonly scale: number } {
  const ratio = Math.max(size.width, size.height) / Math.min(size.width, size.height);
  if (!(ratio > longestRatio)) return fitLongSide(size, longSidePx);
  return fitLongSide(size, Math.min(maxLongSidePx, Math.round((longSidePx * ratio) / longestRatio)));
}

/** Like `fitPage`, but keeps a small image: enlarging adds bytes and no information. */
export function shrinkToPage(size: PixelSize, longSidePx: number): PixelSize & { readonly scale: number } {
  const page = fitPage(size, longSidePx);
  return page.scale < 1 ? page : fitLongSide(size, Math.max(size.width, size.height));
}

function clampSide(side: number, longSidePx: number): number {
  return Math.min(longSidePx, Math.max(1, Math.round(side)));
}
