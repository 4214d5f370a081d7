import { boundsOf, boxOf, type Bounds, type Matrix } from './matrix.ts';

/** How pdfjs writes paths: a number for what is drawn, and its coordinates. */
const steps = { move: 0, line: 1, close: 4 } as const;
/** Numbers of a path of four sides: with its last side or without it, closed or left open. */
const lengths = { least: 12, most: 16 } as const;

/** The place of a path, in pixels, that is one upright rectangle on the page; undefined for any other path. */
export function rectangleOf(path: unknown, bounds: unknown, matrix: Matrix): Bounds | undefined {
  if (!(path instanceof Float32Array) || path.length < lengths.least || path.length > lengths.most) return undefined;
  const box = boxOf(bounds);
  if (!box || !(isUpright(matrix) && isAround(path, box))) return undefined;
  return boundsOf(box, matrix);
}

function isUpright([a, b, c, d]: Matrix): boolean {
  return (b === 0 && c === 0) || (a === 0 && d === 0);
}

/** Whether a path goes from corner to corner of a box, along its sides. */
function isAround(path: Float32Array, [left, top, right, bottom]: Bounds): boolean {
  let [x, y] = [Number.NaN, Number.NaN];
  for (let at = 0; at < path.length; at += 3) {
    const step = path[at];
    if (step === steps.close) return at === path.length - 1;
    if (step !== (at === 0 ? steps.move : steps.line)) return false;
    const [nextX = 0, nextY = 0] = [path[at + 1], path[at + 2]];
    if ((nextX !== left && nextX !== right) || (nextY !== top && nextY !== bottom)) return false;
    if (at > 0 && nextX !== x && nextY !== y) return false;
    [x, y] = [nextX, nextY];
  }
  return true;
}
