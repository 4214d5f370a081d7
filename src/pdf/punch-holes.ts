import type { Pixels } from './pixels.ts';

/** Of a sheet's long side (297 mm): punched holes are 5 to 8 mm wide, and stand 12 mm from an edge (ISO 838). */
const width = { least: 0.012, most: 0.04 } as const;
const fromEdge = 0.08;
/** Looking at every second pixel of every second row. */
const step = 2;
/** A disc fills 0.79 of the square around it. */
const filled = { least: 0.68, most: 0.9 } as const;
/** How much two holes of one punch may differ in place and width, and one in its two widths, in steps. */
const tolerance = 3;

export interface Hole {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Where a sheet was punched: discs that are filled evenly, at least two in a line beside an edge. `isInk` says whether
 * a pixel differs from the paper.
 */
export function findPunchHoles({ widthPx, heightPx }: Pixels, isInk: (x: number, y: number) => boolean): Hole[] {
  const long = Math.max(widthPx, heightPx);
  const columns = Math.floor(widthPx / step);
  const rows = Math.floor(heightPx / step);
  const band = Math.round((fromEdge * long) / step);
  const most = (width.most * long) / step;
  const seen = new Uint8Array(columns * rows);
  const isBeside = (x: number, y: number): boolean => x < band || x >= columns - band || y < band || y >= rows - band;
  const isOpen = (x: number, y: number): boolean =>
    x >= 0 && x < columns && y >= 0 && y < rows && seen[y * columns + x] === 0 && isBeside(x, y);

  function measure(startX: number, startY: number): Hole & { readonly count: number } {
    let [left, top, right, bottom, count] = [startX, startY, startX, startY, 0];
    const open = [[startX, startY] as const];
    seen[startY * columns + startX] = 1;
    for (let at = open.pop(); at; at = open.pop()) {
      const [x, y] = at;
      count++;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      for (const [nextX, nextY] of [
        [x - 1, y],
        [x + 1, y],
        [x, y - 1],
        [x, y + 1],
      ] as const) {
        if (!isOpen(nextX, nextY) || !isInk(nextX * step, nextY * step)) continue;
        seen[nextY * columns + nextX] = 1;
        open.push([nextX, nextY]);
      }
    }
    return { left, top, right, bottom, count };
  }

  const discs: Hole[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (!isBeside(x, y)) {
        x = columns - band - 1;
        continue;
      }
      if (seen[y * columns + x] === 1 || !isInk(x * step, y * step)) continue;
      const { count, ...box } = measure(x, y);
      const across = box.right - box.left + 1;
      const down = box.bottom - box.top + 1;
      const isRound = Math.abs(across - down) <= tolerance && across >= (width.least * long) / step && across <= most;
      const share = count / (across * down);
      if (isRound && share >= filled.least && share <= filled.most) discs.push(box);
    }
  }
  return discs
    .filter((disc, index) => discs.some((other, at) => at !== index && isPunchedWith(disc, other)))
    .map(({ left, top, right, bottom }) => ({
      left: left * step,
      top: top * step,
      right: (right + 1) * step,
      bottom: (bottom + 1) * step,
    }));
}

function isPunchedWith(one: Hole, other: Hole): boolean {
  const isAlike = Math.abs(one.right - one.left - (other.right - other.left)) <= tolerance;
  const isInLine = Math.abs(one.left - other.left) <= tolerance || Math.abs(one.top - other.top) <= tolerance;
  return isAlike && isInLine;
}
