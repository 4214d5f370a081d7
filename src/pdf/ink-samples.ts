import type { Pixels } from './pixels.ts';

export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Colour = readonly [red: number, green: number, blue: number];

/**
 * Of 255, in any channel: what differs less from what is around it is not read. Type of ten levels is, thin strokes of
 * it have a part.
 */
const leastContrast = 6;
/** Samples across a box, at most, and down. */
const across = 48;
const down = 9;
/** How far around a box its paper is looked for, as a share of its height. */
const surroundings = 0.3;
/** Heavy type fills up to half of its line, so that more than this is no type. */
const mostOfPaper = 0.65;

/** Whether anything in a box differs from the rest of it. */
export function hasContrast(page: Pixels, box: PixelBox): boolean {
  let first: Colour | undefined;
  return someSample(page, box, (red, green, blue) => {
    first ??= [red, green, blue];
    return difference(first, red, green, blue) > leastContrast;
  });
}

/** Of the way from the ink to its paper: what is farther is the soft edge of a letter beside the box. */
const mostOfWay = 0.6;

/** Whether anything in a box is drawn with `ink`, and the rest of it is not. */
export function hasInkOf(page: Pixels, box: PixelBox, ink: { readonly colour: string | undefined }): boolean {
  const colour = parseColour(ink.colour);
  if (!colour) return hasContrast(page, box);
  let [nearest, farthest] = [255, 0];
  someSample(page, box, (red, green, blue) => {
    const distance = difference(colour, red, green, blue);
    nearest = Math.min(nearest, distance);
    farthest = Math.max(farthest, distance);
    return false;
  });
  return farthest > leastContrast && nearest <= mostOfWay * farthest;
}

/** Whether what is written in a box with `ink` has the colour of most of what is there. */
export function isInkLikePaper(
  page: Pixels,
  box: PixelBox,
  ink: { readonly colour: string | undefined; readonly opacity: number } | undefined,
): boolean {
  const colour = ink && parseColour(ink.colour);
  if (!colour) return false;
  let count = 0;
  let alike = 0;
  someSample(page, box, (red, green, blue) => {
    count++;
    if (difference(colour, red, green, blue) * ink.opacity <= leastContrast) alike++;
    return false;
  });
  return alike > count * mostOfPaper;
}

/** Looks at a box, row by row, until `isFound`. Called for each word of a page, so that it allocates nothing. */
function someSample(
  { pixels, widthPx, heightPx, channels }: Pixels,
  box: PixelBox,
  isFound: (red: number, green: number, blue: number) => boolean,
): boolean {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const columns = Math.min(across, Math.max(1, Math.ceil(width)));
  for (let row = 0; row <= down; row++) {
    const y = Math.round(box.top - surroundings * height + (row / down) * (1 + 2 * surroundings) * height);
    if (y < 0 || y >= heightPx) continue;
    for (let column = 0; column <= columns; column++) {
      const x = Math.round(box.left + (column / columns) * width);
      if (x < 0 || x >= widthPx) continue;
      const offset = (y * widthPx + x) * channels;
      if (isFound(pixels[offset] ?? 0, pixels[offset + 1] ?? 0, pixels[offset + 2] ?? 0)) return true;
    }
  }
  return false;
}

function parseColour(hex: string | undefined): Colour | undefined {
  const value = hex?.length === 7 ? Number.parseInt(hex.slice(1), 16) : Number.NaN;
  return Number.isNaN(value) ? undefined : [value >> 16, (value >> 8) & 255, value & 255];
}

function difference(colour: Colour, red: number, green: number, blue: number): number {
  return Math.max(Math.abs(colour[0] - red), Math.abs(colour[1] - green), Math.abs(colour[2] - blue));
}
