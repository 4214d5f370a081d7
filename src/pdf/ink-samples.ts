import type { Pixels } from './pixels.ts';

export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Colour = readonly [red: number, green: number, blue: number];

/** Of 255, in any channel: what differs less from what is around it is not read. */
const leastContrast = 10;
/** Samples across and down a box. */
const across = 48;
const down = 9;
/** How far around a box its paper is looked for, as a share of its height. */
const surroundings = 0.3;
/** Heavy type fills up to half of its line, so that more than this is no type. */
const mostOfPaper = 0.65;

/** Whether anything in a box differs from the rest of it. */
export function hasContrast(page: Pixels, box: PixelBox): boolean {
  const samples = [...sample(page, box)];
  const [first] = samples;
  if (!first) return false;
  return samples.some((colour) => difference(colour, first) > leastContrast);
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
  for (const each of sample(page, box)) {
    count++;
    if (difference(each, colour) * ink.opacity <= leastContrast) alike++;
  }
  return alike > count * mostOfPaper;
}

function* sample({ pixels, widthPx, heightPx, channels }: Pixels, box: PixelBox): Generator<Colour> {
  const height = box.bottom - box.top;
  for (let row = 0; row <= down; row++) {
    const y = Math.round(box.top - surroundings * height + (row / down) * (1 + 2 * surroundings) * height);
    if (y < 0 || y >= heightPx) continue;
    for (let column = 0; column <= across; column++) {
      const x = Math.round(box.left + (column / across) * (box.right - box.left));
      if (x < 0 || x >= widthPx) continue;
      const offset = (y * widthPx + x) * channels;
      yield [pixels[offset] ?? 0, pixels[offset + 1] ?? 0, pixels[offset + 2] ?? 0];
    }
  }
}

function parseColour(hex: string | undefined): Colour | undefined {
  const value = hex?.length === 7 ? Number.parseInt(hex.slice(1), 16) : Number.NaN;
  return Number.isNaN(value) ? undefined : [value >> 16, (value >> 8) & 255, value & 255];
}

function difference(a: Colour, b: Colour): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));
}
