import { hasFaintType } from './faint-type.ts';
import { findPunchHoles } from './punch-holes.ts';
import type { Pixels } from './pixels.ts';

/** Looking at every second pixel of every second row finds the strokes of 6-point type at 1536 px as well. */
const step = 2;
/** The rule for a mark of ink: its distance from the paper (in any channel, of 255), in how much of a cell. */
interface MarkRule {
  readonly contrast: number;
  /** Samples of ink, of 36, that make a cell inked. */
  readonly cellSamples: number;
}

/** Print: the noise of JPEG and of scanners, and show-through, stay below this contrast. */
const print: MarkRule = { contrast: 48, cellSamples: 3 };
/** Print ends sharply: so much within three pixels, in two samples of a cell. Shadows and uneven light do not. */
const sharp = { reach: 3, step: 20, samples: 2 } as const;
/** Cells that touch: a short word has at least as many, a speck of dust or a pinhole at most 2 to 3. */
const printCells = 4;
/** A pale area that is filled without a gap, as only something drawn is: the strokes of show-through leave gaps. */
const pale: MarkRule = { contrast: 20, cellSamples: 36 };
const paleCells = 16;
/** How far its edge stands out from the paper beside it, on the average of a strip, which noise does not. */
const paleEdge = 12;
/** Scanners leave dark edges, and copiers the shadow of the sheet. */
const marginFraction = 0.025;
const cellPx = 12;
/**
 * Tells whether anything is printed on a page. Its paper may have any colour: ink is what differs from the most common
 * one. Dust does not count, since it is small and alone, nor do shadows, uneven light and punched holes. A mark is ink
 * in several neighbouring cells, a pale area, or type that is faint or stands in the margin (`hasFaintType`).
 */
export function hasInk(page: Pixels): boolean {
  const paper = paperColour(page);
  const sheet = withoutHoles(page, paper);
  return hasPrint(sheet, paper) || hasPaleArea(sheet, paper) || hasFaintType(sheet);
}

function hasPrint(page: Pixels, paper: Colour): boolean {
  return hasMark(page, printCells, (cell) => isInked(page, paper, print, cell) && isSharp(page, cell));
}

/** Where a page is pale without an edge, light fell on it unevenly. */
function hasPaleArea(page: Pixels, paper: Colour): boolean {
  return (
    hasMark(page, paleCells, (cell) => isInked(page, paper, pale, cell)) &&
    hasMark(page, printCells, (cell) => hasEdge(page, cell))
  );
}

/** A page whose punched holes are filled with paper. */
function withoutHoles(page: Pixels, paper: Colour): Pixels {
  const holes = findPunchHoles(page, (x, y) => isInk(page, paper, print.contrast, x, y));
  if (holes.length === 0) return page;
  const pixels = page.pixels.slice();
  for (const hole of holes) {
    const right = Math.min(page.widthPx, hole.right + holeEdge);
    const bottom = Math.min(page.heightPx, hole.bottom + holeEdge);
    for (let y = Math.max(0, hole.top - holeEdge); y < bottom; y++) {
      for (let x = Math.max(0, hole.left - holeEdge); x < right; x++)
        pixels.set(paper, (y * page.widthPx + x) * page.channels);
    }
  }
  return { ...page, pixels };
}

/** In pixels: how far the soft edge of a hole reaches. */
const holeEdge = 6;

interface Cell {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Whether so many cells touch that `isInkedCell`; soon found out on most pages. */
function hasMark(page: Pixels, cells: number, isInkedCell: (cell: Cell) => boolean): boolean {
  const marginPx = Math.round(Math.min(page.widthPx, page.heightPx) * marginFraction);
  const columns = Math.ceil((page.widthPx - 2 * marginPx) / cellPx);
  const rows = Math.ceil((page.heightPx - 2 * marginPx) / cellPx);
  const inked = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const left = marginPx + column * cellPx;
      const top = marginPx + row * cellPx;
      const right = Math.min(left + cellPx, page.widthPx - marginPx);
      const bottom = Math.min(top + cellPx, page.heightPx - marginPx);
      if (!isInkedCell({ left, top, right, bottom })) continue;
      inked[row * columns + column] = 1;
      if (isMark(inked, columns, row * columns + column, cells)) return true;
    }
  }
  return false;
}

function isInked(page: Pixels, paper: Colour, { contrast, cellSamples }: MarkRule, cell: Cell): boolean {
  let samples = 0;
  for (let y = cell.top; y < cell.bottom; y += step) {
    for (let x = cell.left; x < cell.right; x += step) if (isInk(page, paper, contrast, x, y)) samples++;
  }
  return samples >= cellSamples;
}

function isSharp({ pixels, widthPx, heightPx, channels }: Pixels, cell: Cell): boolean {
  let samples = 0;
  const bottom = Math.min(cell.bottom, heightPx - sharp.reach);
  const right = Math.min(cell.right, widthPx - sharp.reach);
  for (let y = cell.top; y < bottom; y += step) {
    for (let x = cell.left; x < right; x += step) {
      const here = (y * widthPx + x) * channels;
      const across = here + sharp.reach * channels;
      const down = here + sharp.reach * widthPx * channels;
      if (differs(pixels, here, across) || differs(pixels, here, down)) samples++;
    }
  }
  return samples >= sharp.samples;
}

function differs(pixels: Uint8Array, here: number, there: number): boolean {
  for (let channel = 0; channel < 3; channel++) {
    if (Math.abs((pixels[here + channel] ?? 0) - (pixels[there + channel] ?? 0)) >= sharp.step) return true;
  }
  return false;
}

/** Whether two strips side by side, in or just beyond a cell, differ as the sides of an edge do. */
function hasEdge(page: Pixels, { left, top }: Cell): boolean {
  const strip = sharp.reach;
  for (let at = 0; at < cellPx; at += strip) {
    const isUpright = stripsDiffer(page, [left + at, top, strip, cellPx], [left + at + strip, top, strip, cellPx]);
    if (isUpright || stripsDiffer(page, [left, top + at, cellPx, strip], [left, top + at + strip, cellPx, strip]))
      return true;
  }
  return false;
}

type Strip = readonly [left: number, top: number, width: number, height: number];

function stripsDiffer(page: Pixels, one: Strip, other: Strip): boolean {
  return [0, 1, 2].some((channel) => Math.abs(meanOf(page, one, channel) - meanOf(page, other, channel)) >= paleEdge);
}

function meanOf({ pixels, widthPx, heightPx, channels }: Pixels, [left, top, width, height]: Strip, channel: number) {
  let [sum, count] = [0, 0];
  for (let y = top; y < Math.min(heightPx, top + height); y++) {
    for (let x = left; x < Math.min(widthPx, left + width); x++) {
      sum += pixels[(y * widthPx + x) * channels + channel] ?? 0;
      count++;
    }
  }
  return sum / Math.max(1, count);
}

/** Whether the cell, the last one found so far, completes a group of inked cells that touch, also at corners. */
function isMark(inked: Uint8Array, columns: number, cell: number, markCells: number): boolean {
  const group = new Set([cell]);
  for (const member of group) {
    const column = member % columns;
    for (const [dx, dy] of neighbours) {
      const next = member + dy * columns + dx;
      if (column + dx >= 0 && column + dx < columns && inked[next] === 1) group.add(next);
    }
    if (group.size >= markCells) return true;
  }
  return false;
}

const neighbours = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [-1, 0],
  [1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const;

type Colour = readonly [red: number, green: number, blue: number];

function isInk(
  { pixels, widthPx, channels }: Pixels,
  [red, green, blue]: Colour,
  contrast: number,
  x: number,
  y: number,
): boolean {
  const offset = (y * widthPx + x) * channels;
  return (
    Math.abs((pixels[offset] ?? 0) - red) > contrast ||
    Math.abs((pixels[offset + 1] ?? 0) - green) > contrast ||
    Math.abs((pixels[offset + 2] ?? 0) - blue) > contrast
  );
}

/** The most common value of each channel, in steps of 8, of one pixel in 64. */
function paperColour({ pixels, widthPx, heightPx, channels }: Pixels): Colour {
  const commonest = (channel: number): number => {
    const counts = new Uint32Array(32);
    for (let y = 0; y < heightPx; y += 8) {
      for (let x = 0; x < widthPx; x += 8) {
        const bin = (pixels[(y * widthPx + x) * channels + channel] ?? 0) >> 3;
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
    }
    return counts.indexOf(Math.max(...counts)) * 8 + 4;
  };
  return [commonest(0), commonest(1), commonest(2)];
}
