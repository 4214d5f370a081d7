/** `[a b c d e f]` of ISO 32000-2 8.3.3. */
export type Matrix = readonly [number, number, number, number, number, number];

/** Left, top, right, bottom; `top` is the lower number. */
export type Bounds = readonly [left: number, top: number, right: number, bottom: number];

export const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** The matrix that applies `inner` first and then `outer`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  return [
    outer[0] * inner[0] + outer[2] * inner[1],
    outer[1] * inner[0] + outer[3] * inner[1],
    outer[0] * inner[2] + outer[2] * inner[3],
    outer[1] * inner[2] + outer[3] * inner[3],
    outer[0] * inner[4] + outer[2] * inner[5] + outer[4],
    outer[1] * inner[4] + outer[3] * inner[5] + outer[5],
  ];
}

export function place(matrix: Matrix, x: number, y: number): readonly [x: number, y: number] {
  return [matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]];
}

/** The upright box around a box that a matrix moved. */
export function boundsOf([x0, y0, x1, y1]: Bounds, matrix: Matrix): Bounds {
  const corners = [place(matrix, x0, y0), place(matrix, x1, y0), place(matrix, x0, y1), place(matrix, x1, y1)];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

export function overlap(one: Bounds, other: Bounds): Bounds {
  return [
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ];
}

/** A matrix among the values that pdfjs hands over, which may be a typed array. */
export function matrixOf(value: unknown): Matrix | undefined {
  const numbers = numbersOf(value);
  const [a, b, c, d, e, f] = numbers;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return e === undefined || f === undefined ? undefined : [a, b, c, d, e, f];
}

/** Like `matrixOf`, for a box. */
export function boxOf(value: unknown): Bounds | undefined {
  const [left, top, right, bottom] = numbersOf(value);
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return undefined;
  return [left, top, right, bottom];
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function numbersOf(value: unknown): readonly number[] {
  if (value instanceof Float32Array || value instanceof Float64Array) return [...value];
  return isList(value) ? value.map(numberOf) : [];
}
