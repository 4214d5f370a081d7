import type { Pixels } from './pixels.ts';

/**
 * How far apart two pixels are compared: the strokes of type are no wider, and end sharply; what shines through or is
 * folded is soft.
 */
const reach = 3;
const step = 2;
const cellPx = 12;
/**
 * Sharp steps to the side, and as many up or down, that a cell of type has. An edge, a fold or a rule has steps in one
 * direction.
 */
const stepsEachWay = 2;
/** Cells of type that touch: a short word has more, a speck of dust fewer. */
const wordCells = 6;

/** A page with so many words is typed itself: only a word or two shines through. */
const pageWords = 8;
/**
 * On a typed page the sharpest step spans, on average, this share of the shades around a cell: 0.74 and more for type
 * on noisy scans, 0.69 and less for type that shines through paper.
 */
const sharpShare = 0.72;

/**
 * The least step (of 255) of a single word that counts on paper without any noise, which only a program draws, and on a
 * scan.
 */
const leastStepOnClean = 20;
const leastStepOnScan = 30;
const mostStep = 48;
/** As above, where a whole page is typed. */
const leastStepOfPageOnClean = 5;
const leastStepOfPageOnScan = 9;
/** A step must be this many times the noise of the paper. */
const overNoise = 6;

/**
 * Tells whether a page has type that is too faint, or too near the edge of the sheet, for other marks to count there:
 * by its sharp steps in both directions, against the noise of this sheet. Several words may be fainter than a single
 * one. What reaches to the edge itself is a scanner's shadow.
 */
export function hasFaintType(page: Pixels): boolean {
  const light = lightness(page);
  const sheet = { light, width: page.widthPx, height: page.heightPx };
  const paper = commonest(light);
  const steps = leastStepsOf(sheet, paper);
  if (hasType(sheet, paper, steps.ofWord, 1)) return true;
  return steps.ofPage < steps.ofWord && hasType(sheet, paper, steps.ofPage, pageWords);
}

function hasType(sheet: Sheet, paper: number, leastStep: number, leastWords: number): boolean {
  const { light, width, height } = sheet;
  const columns = Math.ceil(width / cellPx);
  const rows = Math.ceil(height / cellPx);
  const typed = new Uint8Array(columns * rows);
  let [count, sharpness] = [0, 0];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isTyped(light, { widthPx: width, heightPx: height }, column * cellPx, row * cellPx, leastStep)) continue;
      typed[row * columns + column] = 1;
      if (leastWords === 1) continue;
      count++;
      sharpness += sharpnessOf(sheet, column * cellPx, row * cellPx);
    }
  }
  if (sharpness < sharpShare * count) return false;
  const shadow = findShadow(sheet, { columns, rows }, paper, leastStep);
  return hasWords(typed, shadow, { columns, rows }, leastWords);
}

/** The sharpest step of a cell, of the range of shades in and about it: soft shapes need a longer way. */
function sharpnessOf({ light, width, height }: Sheet, left: number, top: number): number {
  let [lightest, darkest, sharpest] = [0, 255, 0];
  const [right, bottom] = [left + cellPx + 2 * reach, top + cellPx + 2 * reach];
  for (let y = Math.max(0, top - reach); y < Math.min(bottom, height - reach); y++) {
    const isRowIn = y >= top && y < bottom - 2 * reach;
    for (let x = Math.max(0, left - reach); x < Math.min(right, width - reach); x++) {
      const here = light[y * width + x] ?? 0;
      lightest = Math.max(lightest, here);
      darkest = Math.min(darkest, here);
      if (!isRowIn || x < left || x >= right - 2 * reach) continue;
      const across = Math.abs(here - (light[y * width + x + reach] ?? 0));
      const down = Math.abs(here - (light[(y + reach) * width + x] ?? 0));
      sharpest = Math.max(sharpest, across, down);
    }
  }
  return lightest > darkest ? Math.min(1, sharpest / (lightest - darkest)) : 0;
}

function lightness({ pixels, channels, widthPx, heightPx }: Pixels): Uint8Array {
  const light = new Uint8Array(widthPx * heightPx);
  for (let pixel = 0; pixel < light.length; pixel++) {
    const at = pixel * channels;
    light[pixel] = 0.3 * (pixels[at] ?? 0) + 0.59 * (pixels[at + 1] ?? 0) + 0.11 * (pixels[at + 2] ?? 0);
  }
  return light;
}

/**
 * How sharp a step must be. A page that a program drew has one shade of paper; on a scan it follows from the median
 * difference of neighbours, which on a page that is nearly empty are paper: of normal noise it is 0.95 deviations.
 */
function leastStepsOf(sheet: Sheet, paper: number): { readonly ofWord: number; readonly ofPage: number } {
  const { light, width, height } = sheet;
  const counts = new Uint32Array(256);
  let [count, ofPaper] = [0, 0];
  for (let y = 0; y < height; y += 4) {
    for (let x = reach; x < width; x += 4) {
      const here = light[y * width + x] ?? 0;
      const difference = Math.abs(here - (light[y * width + x - reach] ?? 0));
      counts[difference] = (counts[difference] ?? 0) + 1;
      count++;
      if (here === paper) ofPaper++;
    }
  }
  if (ofPaper > count * oneShade) return { ofWord: leastStepOnClean, ofPage: leastStepOfPageOnClean };
  let median = 0;
  for (let seen = counts[0] ?? 0; seen < count / 2 && median < 255; seen += counts[median] ?? 0) median++;
  const plain = (median / 0.95) * overNoise;
  return {
    ofWord: Math.min(mostStep, Math.max(leastStepOnScan, plain)),
    ofPage: Math.min(mostStep, Math.max(leastStepOfPageOnScan, plain)),
  };
}

/** Share of a drawn page that has exactly the shade of its paper. */
const oneShade = 0.7;

function isTyped(
  light: Uint8Array,
  { widthPx, heightPx }: Pick<Pixels, 'widthPx' | 'heightPx'>,
  left: number,
  top: number,
  leastStep: number,
): boolean {
  let [across, down] = [0, 0];
  const right = Math.min(left + cellPx, widthPx - reach);
  const bottom = Math.min(top + cellPx, heightPx - reach);
  for (let y = top; y < bottom; y += step) {
    for (let x = left; x < right; x += step) {
      const here = light[y * widthPx + x] ?? 0;
      if (Math.abs(here - (light[y * widthPx + x + reach] ?? 0)) > leastStep) across++;
      if (Math.abs(here - (light[(y + reach) * widthPx + x] ?? 0)) > leastStep) down++;
    }
  }
  return across >= stepsEachWay && down >= stepsEachWay;
}

interface Sheet {
  readonly light: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The cells of what comes in from the edge of the sheet: the lid of a scanner, the shadow of a book. */
function findShadow(
  { light, width, height }: Sheet,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  paper: number,
  leastStep: number,
): Uint8Array {
  const isDark = (x: number, y: number): boolean => Math.abs((light[y * width + x] ?? paper) - paper) > leastStep;
  const shadow = new Uint8Array(columns * rows);
  const found: number[] = [];
  const mark = (cell: number): void => {
    if (shadow[cell] === 1) return;
    shadow[cell] = 1;
    found.push(cell);
  };
  const darkAtEdge = new Uint8Array(columns * rows);
  const look = (x: number, y: number): void => {
    const cell = Math.floor(y / cellPx) * columns + Math.floor(x / cellPx);
    if (isDark(x, y)) darkAtEdge[cell] = (darkAtEdge[cell] ?? 0) + 1;
  };
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) look(x, y);
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) look(x, y);
  for (const [cell, dark] of darkAtEdge.entries()) if (dark >= cellPx / 2) mark(cell);
  for (const cell of found) {
    for (const next of around(cell, columns, rows)) {
      const left = (next % columns) * cellPx;
      const top = Math.floor(next / columns) * cellPx;
      let dark = 0;
      for (let y = top; y < top + cellPx; y += step)
        for (let x = left; x < left + cellPx; x += step) if (isDark(x, y)) dark++;
      if (dark >= mostlyDark) mark(next);
    }
  }
  return shadow;
}

/** Of the 36 samples of a cell. */
const mostlyDark = 18;

function commonest(light: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const value of light) counts[value] = (counts[value] ?? 0) + 1;
  return counts.indexOf(Math.max(...counts));
}

/** The cells that touch this one, also at corners. */
function* around(cell: number, columns: number, rows: number): Generator<number> {
  const column = cell % columns;
  const row = (cell - column) / columns;
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) yield y * columns + x;
  }
}

/** Whether cells of type touch, as many as a word has, and none of them the shadow at the edge; so often. */
function hasWords(
  typed: Uint8Array,
  shadow: Uint8Array,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  leastWords: number,
): boolean {
  let words = 0;
  for (let start = 0; start < typed.length; start++) {
    if (typed[start] !== 1) continue;
    typed[start] = 0;
    const group = [start];
    let isAtEdge = false;
    for (const cell of group) {
      for (const next of around(cell, columns, rows)) {
        isAtEdge ||= shadow[next] === 1;
        if (typed[next] !== 1) continue;
        typed[next] = 0;
        group.push(next);
      }
    }
    if (!isAtEdge && group.length >= wordCells && ++words >= leastWords) return true;
  }
  return false;
}
