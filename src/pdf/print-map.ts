import type { PixelBox } from './ink-samples.ts';
import type { Pixels } from './pixels.ts';

/**
 * The cells of 12 px of a page that look printed with letters: strokes in both directions, unlike rules, edges or
 * tints.
 */
export interface PrintMap {
  readonly columns: number;
  readonly rows: number;
  /** 1 for a printed cell. */
  readonly cells: Uint8Array;
  /** How many cells are printed. */
  readonly printed: number;
}

const cellPx = 12;
/** Every second pixel of every second row finds the strokes of 6-point type at 1536 px as well. */
const step = 2;
const samples = cellPx / step;
/** Least contrast (of 255) within a cell of legible print; scanner noise stays below. */
const leastContrast = 60;
/** Changes between paper and ink, along the rows and along the columns of a cell. */
const leastChanges = 3;

/** Scans a page once, except for the cells that boxes reach. Takes a few milliseconds. */
export function mapPrint(page: Pixels, but: Iterable<PixelBox> = []): PrintMap {
  const columns = Math.floor(page.widthPx / cellPx);
  const rows = Math.floor(page.heightPx / cellPx);
  const cells = new Uint8Array(columns * rows);
  const known = new Uint8Array(columns * rows);
  for (const box of but) eachCell({ columns, rows }, box, (cell) => (known[cell] = 1));
  const grey = new Uint8Array(samples * samples);
  const words = wordsOf(page);
  let printed = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (known[row * columns + column] === 1) continue;
      const left = column * cellPx;
      const top = row * cellPx;
      if (words && isPlain(words, page.widthPx, left, top)) continue;
      if (!isPrinted(page, left, top, grey)) continue;
      cells[row * columns + column] = 1;
      printed++;
    }
  }
  return { columns, rows, cells, printed };
}

/** A pixel a number, where pixels have four channels. */
function wordsOf({ pixels, channels }: Pixels): Uint32Array | undefined {
  if (channels !== 4 || pixels.byteOffset % 4 !== 0) return undefined;
  return new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength >> 2);
}

/** Whether a cell has one colour, as most cells of a page have; quick to tell. */
function isPlain(words: Uint32Array, widthPx: number, left: number, top: number): boolean {
  const first = words[top * widthPx + left];
  for (let y = top; y < top + cellPx; y += step) {
    const end = y * widthPx + left + cellPx;
    for (let at = end - cellPx; at < end; at += step) if (words[at] !== first) return false;
  }
  return true;
}

function isPrinted({ pixels, widthPx, channels }: Pixels, left: number, top: number, grey: Uint8Array): boolean {
  let lightest = 0;
  let darkest = 255;
  let at = 0;
  for (let y = top; y < top + cellPx; y += step) {
    let offset = (y * widthPx + left) * channels;
    for (let x = 0; x < samples; x++) {
      const value = ((pixels[offset] ?? 0) + 2 * (pixels[offset + 1] ?? 0) + (pixels[offset + 2] ?? 0)) >> 2;
      grey[at++] = value;
      if (value > lightest) lightest = value;
      if (value < darkest) darkest = value;
      offset += step * channels;
    }
  }
  if (lightest - darkest < leastContrast) return false;
  const middle = (lightest + darkest) / 2;
  let alongRows = 0;
  let alongColumns = 0;
  for (let y = 0; y < samples; y++) {
    for (let x = 1; x < samples; x++) {
      const here = y * samples + x;
      const across = x * samples + y;
      if ((grey[here] ?? 0) > middle !== (grey[here - 1] ?? 0) > middle) alongRows++;
      if ((grey[across] ?? 0) > middle !== (grey[across - samples] ?? 0) > middle) alongColumns++;
    }
  }
  return alongRows >= leastChanges && alongColumns >= leastChanges;
}

/** The printed cells that no box reaches. A box reaches a cell when it covers its middle, or nearly so. */
export function withoutBoxes(map: PrintMap, boxes: Iterable<PixelBox>): PrintMap {
  const cells = map.cells.slice();
  let { printed } = map;
  for (const box of boxes) {
    eachCell(map, box, (cell) => {
      printed -= cells[cell] ?? 0;
      cells[cell] = 0;
    });
  }
  return { ...map, cells, printed };
}

/** The printed cells that a box reaches. */
export function withinBoxes(map: PrintMap, boxes: Iterable<PixelBox>): PrintMap {
  const cells = new Uint8Array(map.cells.length);
  let printed = 0;
  for (const box of boxes) {
    eachCell(map, box, (cell) => {
      const value = map.cells[cell] ?? 0;
      printed += value - (cells[cell] ?? 0);
      cells[cell] = value;
    });
  }
  return { ...map, cells, printed };
}

/** The share of a box's cells that are printed. */
export function printedShare(map: PrintMap, box: PixelBox): number {
  let count = 0;
  let printed = 0;
  eachCell(map, box, (cell) => {
    count++;
    printed += map.cells[cell] ?? 0;
  });
  return count === 0 ? 0 : printed / count;
}

function eachCell(
  { columns, rows }: Pick<PrintMap, 'columns' | 'rows'>,
  box: PixelBox,
  visit: (cell: number) => void,
): void {
  const first = (low: number): number => Math.max(0, Math.floor((low - cellPx / 3) / cellPx));
  const last = (high: number, count: number): number => Math.min(count - 1, Math.floor((high + cellPx / 3) / cellPx));
  const [left, right] = [first(box.left), last(box.right, columns)];
  const bottom = last(box.bottom, rows);
  for (let row = first(box.top); row <= bottom; row++) {
    for (let column = left; column <= right; column++) visit(row * columns + column);
  }
}
