import type { Pixels } from './pixels.ts';

/** Grounds for a transparent page: one on which all drawings stand out. */
const grounds = [255, 0, 128] as const;
/** Of 255; how much a letter must be lighter or darker than its ground. */
const visibleContrast = 64;
/** The share of outlines that a ground must show to be chosen at once. */
const enough = 0.9;
/** How far an outline is looked for, in pixels of the page image: strokes are as wide. */
const reach = 4;
/** Transparency below which a pixel counts as drawn, and above which as ground. */
const drawnAlpha = 96;
const clearAlpha = 32;

/**
 * Puts a picture of four channels onto the ground that shows its outlines: white letters that somebody drew for a dark
 * page are seen on black.
 */
export function putOnGround(page: Pixels): Pixels {
  if (page.channels === 3) return page;
  const alphas = alphaRange(page);
  // A channel of nothing but zeros was left empty by mistake; the picture is in the other three.
  const isOpaque = alphas.least === 255 || (alphas.most === 0 && hasColours(page));
  const ground = isOpaque ? 255 : chooseGround(page);
  const count = page.widthPx * page.heightPx;
  const pixels = new Uint8Array(count * 3);
  for (let pixel = 0; pixel < count; pixel++) {
    const alpha = isOpaque ? 255 : (page.pixels[pixel * 4 + 3] ?? 255);
    for (let channel = 0; channel < 3; channel++) {
      const colour = page.pixels[pixel * 4 + channel] ?? 0;
      pixels[pixel * 3 + channel] = Math.round((colour * alpha + ground * (255 - alpha)) / 255);
    }
  }
  return { pixels, widthPx: page.widthPx, heightPx: page.heightPx, channels: 3 };
}

function alphaRange({ pixels }: Pixels): { readonly least: number; readonly most: number } {
  let [least, most] = [255, 0];
  for (let at = 3; at < pixels.length; at += 4) {
    const alpha = pixels[at] ?? 255;
    if (alpha < least) least = alpha;
    if (alpha > most) most = alpha;
  }
  return { least, most };
}

function hasColours({ pixels }: Pixels): boolean {
  const [red, green, blue] = pixels;
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at] !== red || pixels[at + 1] !== green || pixels[at + 2] !== blue) return true;
  }
  return false;
}

function chooseGround(page: Pixels): number {
  const lightness = outlineLightness(page);
  const total = lightness.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return grounds[0];
  const shares = grounds.map((ground) => {
    const seen = lightness.reduce(
      (sum, weight, light) => (Math.abs(light - ground) >= visibleContrast ? sum + weight : sum),
      0,
    );
    return { ground, share: seen / total };
  });
  const best = shares.find(({ share }) => share >= enough) ?? shares.toSorted((a, b) => b.share - a.share)[0];
  return best?.ground ?? grounds[0];
}

/** How light what is drawn is where it borders on what is clear, weighted by how opaque it is. */
function outlineLightness({ pixels, widthPx, heightPx }: Pixels): Float64Array {
  const weights = new Float64Array(256);
  const isClear = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < widthPx && y < heightPx && (pixels[(y * widthPx + x) * 4 + 3] ?? 255) < clearAlpha;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = (y * widthPx + x) * 4;
      const alpha = pixels[at + 3] ?? 255;
      if (alpha < drawnAlpha) continue;
      if (!(isClear(x - reach, y) || isClear(x + reach, y) || isClear(x, y - reach) || isClear(x, y + reach))) continue;
      const light = Math.round(0.3 * (pixels[at] ?? 0) + 0.59 * (pixels[at + 1] ?? 0) + 0.11 * (pixels[at + 2] ?? 0));
      weights[light] = (weights[light] ?? 0) + alpha;
    }
  }
  return weights;
}
