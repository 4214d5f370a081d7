import type { Pixels } from './pixels.ts';

export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The ink of letters. */
export interface Ink {
  /** `#rrggbb`; undefined where it is anybody's guess. */
  readonly colour: string | undefined;
  readonly opacity: number;
}

type Colour = readonly [red: number, green: number, blue: number];

/**
 * Of 255, in any channel; what differs less from its surroundings cannot be read. Type of ten levels can, and its thin
 * strokes have a part of them.
 */
const leastContrast = 6;
/** As above, on a picture: paper that was scanned is not quite white, and has noise. */
const leastContrastOnPicture = 24;
/** How much a difference in blue counts, which the eye hardly sees. */
const blueShare = 0.4;
/** Samples across a box, at most, and down. */
const across = 48;
const down = 9;
/** How far around a box its paper is looked for, as a share of its height. */
const surroundings = 0.3;
/** Heavy type fills up to half of its line, so that more than this is no type. */
const mostOfPaper = 0.65;
/** Of the way from the paper to the ink, which thin strokes go in part: no ink comes so near. */
const leastOfWay = 0.15;

/** Whether anything in a box differs from the rest of it. */
export function hasContrast(page: Pixels, box: PixelBox, isOnPicture = false): boolean {
  const least = isOnPicture ? leastContrastOnPicture : leastContrast;
  let first: Colour | undefined;
  return someSample(page, box, (red, green, blue) => {
    first ??= [red, green, blue];
    return difference(first, red, green, blue) > least;
  });
}

/** Of the way from the ink to its paper: what is farther is the soft edge of a letter beside the box. */
const mostOfWay = 0.6;

/** Whether anything in a box is drawn with `ink`, and the rest of it is not. */
export function hasInkOf(page: Pixels, box: PixelBox, ink: Pick<Ink, 'colour'>): boolean {
  const colour = parseColour(ink.colour);
  if (!colour) return hasContrast(page, box);
  let [nearest, farthest] = [255, 0];
  someSample(page, box, (red, green, blue) => {
    const distance = difference(colour, red, green, blue);
    if (distance < nearest) nearest = distance;
    if (distance > farthest) farthest = distance;
    return false;
  });
  return farthest > leastContrast && nearest <= mostOfWay * farthest;
}

/** Whether what is written in a box with `ink` stands out from the rest of what is there, and some of it is there. */
export function isLegible(page: Pixels, box: PixelBox, ink: Ink, isOnPicture: boolean): boolean {
  const colour = parseColour(ink.colour);
  if (!colour) return hasContrast(page, box, isOnPicture);
  const least = (isOnPicture ? leastContrastOnPicture : leastContrast) / ink.opacity;
  const enough = (1 - mostOfPaper) * (columnsOf(box) + 1) * (down + 1);
  const inked = 1 - leastOfWay * ink.opacity;
  let [count, other, nearest, farthest] = [0, 0, 255, 0];
  const isSeen = someSample(page, box, (red, green, blue) => {
    const distance = difference(colour, red, green, blue);
    count++;
    if (distance > least) other++;
    if (distance < nearest) nearest = distance;
    if (distance > farthest) farthest = distance;
    return other >= enough && nearest <= inked * farthest;
  });
  return isSeen || (other >= (1 - mostOfPaper) * count && nearest <= inked * farthest);
}

function columnsOf({ left, right }: PixelBox): number {
  return Math.min(across, Math.max(1, Math.ceil(right - left)));
}

/** Scans a box row by row until `isFound`. Called for each word of a page, so it allocates nothing. */
function someSample(
  { pixels, widthPx, heightPx, channels }: Pixels,
  box: PixelBox,
  isFound: (red: number, green: number, blue: number) => boolean,
): boolean {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const columns = columnsOf(box);
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
  return Math.max(Math.abs(colour[0] - red), Math.abs(colour[1] - green), blueShare * Math.abs(colour[2] - blue));
}
