import { hasFaintType } from './faint-type.ts';
import type { Pixels } from './pixels.ts';

/** Looking at every second pixel of every second row finds the strokes of 6-point type at 1536 px as well. */
const step = 2;
/**
 * The rule for a mark of ink: its distance from the paper (in any channel, of 255), in how much of a cell, in how many
 * cells.
 */
interface MarkRule {
  readonly contrast: number;
  /** Samples of ink, of 36, that make a cell inked. */
  readonly cellSamples: number;
  /** Inked cells that touch each other. */
  readonly cells: number;
}

const markRules: readonly MarkRule[] = [
  // Print: the noise of JPEG and of scanners, and show-through, stay below this contrast. A short word has at least 4
  // cells, a speck of dust or a pinhole at most 2 to 3.
  { contrast: 48, cellSamples: 3, cells: 4 },
  // A pale area that is filled without a gap, as only something drawn is: the strokes of show-through leave gaps.
  { contrast: 20, cellSamples: 36, cells: 16 },
];
/** Scanners leave dark edges, and copiers the shadow of the sheet. */
const marginFraction = 0.025;
const cellPx = 12;
/**
 * Tells whether anything is printed on a page. Its paper may have any colour: ink is what differs from the most common
 * one. Dust does not count, since it is small and alone; a mark is ink in several neighbouring cells (`markRules`), or
 * type that is faint or stands in the margin (`hasFaintType`).
 */
export function hasInk(page: Pixels): boolean {
  const paper = paperColour(page);
  return markRules.some((rule) => hasMark(page, paper, rule)) || hasFaintType(page);
}

function hasMark(page: Pixels, paper: Colour, rule: MarkRule): boolean {
  const marginPx = Math.round(Math.min(page.widthPx, page.heightPx) * marginFraction);
  const columns = Math.ceil((page.widthPx - 2 * marginPx) / cellPx);
  const rows = Math.ceil((page.heightPx - 2 * marginPx) / cellPx);
  const inked = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const left = marginPx + column * cellPx;
      const top = marginPx + row * cellPx;
      if (inkSamples(page, paper, rule.contrast, { left, top, marginPx }) < rule.cellSamples) continue;
      inked[row * columns + column] = 1;
      if (isMark(inked, columns, row * columns + column, rule.cells)) return true;
    }
  }
  return false;
}

/** Counts the samples of ink in the cell at `left`, `top`. */
function inkSamples(
  page: Pixels,
  paper: Colour,
  contrast: number,
  { left, top, marginPx }: { readonly left: number; readonly top: number; readonly marginPx: number },
): number {
  const right = Math.min(left + cellPx, page.widthPx - marginPx);
  const bottom = Math.min(top + cellPx, page.heightPx - marginPx);
  let samples = 0;
  for (let y = top; y < bottom; y += step) {
    for (let x = left; x < right; x += step) {
      if (isInk(page, paper, contrast, x, y)) samples++;
    }
  }
  return samples;
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
