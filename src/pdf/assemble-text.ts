import type { PageText, TextSpan } from '../domain/page.ts';
import type { PixelSize } from './page-size.ts';

/** Text that is drawn in one go, placed on the page in pixels, y downwards. */
export interface TextRun {
  readonly text: string;
  /**
   * `[a b c d e f]`: the directions of writing `(a,b)` and of ascent `(c,d)`, as long as the font is large; the origin
   * `(e,f)`.
   */
  readonly matrix: readonly [number, number, number, number, number, number];
  /** How far the run reaches in its direction. */
  readonly advance: number;
  /** Written from top to bottom, as Japanese may be. */
  readonly isVertical: boolean;
  readonly endsLine: boolean;
}

/** Enough for a page of any newspaper; what is beyond says nothing more of the kind of document. */
export const maxSpans = 10_000;

/** A run with its geometry worked out, in pixels. `direction` has length 1. */
export interface PlacedRun {
  readonly text: string;
  readonly origin: Point;
  readonly direction: Point;
  readonly advance: number;
  readonly size: number;
  readonly box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Joins runs, in the order given, to lines of text: a line ends where the run says so or the next one stands on another
 * baseline, and a gap between two runs is a space. Runs without size or outside the page are left out. A span's height
 * is that of its font, however the text is turned. What is beyond `maxCharacters` or `maxSpans` is left out.
 */
export function assembleText(runs: Iterable<TextRun>, page: PixelSize, maxCharacters: number): PageText {
  return assemblePlaced(placeAll(runs), page, maxCharacters);
}

function* placeAll(runs: Iterable<TextRun>): Generator<RunInPlace> {
  for (const run of runs) yield { run, placed: placeRun(run) };
}

/** A run, and where it stands, if it has letters and a size. */
export interface RunInPlace {
  readonly run: TextRun;
  readonly placed: PlacedRun | undefined;
}

/** Like `assembleText`, for runs with known places. */
export function assemblePlaced(runs: Iterable<RunInPlace>, page: PixelSize, maxCharacters: number): PageText {
  const spans: TextSpan[] = [];
  let text = '';
  let last: PlacedRun | undefined;
  let hasBreak = false;
  let hasSpace = false;
  for (const { run, placed } of runs) {
    if (placed && isOnPage(placed, page) && !(last && isOverprint(last, placed))) {
      const separator = last ? (hasBreak ? '\n' : separatorBetween(last, placed, hasSpace)) : '';
      // One run may be longer than all of the page may be.
      const words = placed.text.slice(0, Math.max(0, maxCharacters - text.length));
      text += separator + words;
      spans.push(toSpan({ ...placed, text: words }, page));
      last = placed;
      hasBreak = false;
      hasSpace = false;
    }
    hasSpace ||= /\s$/.test(run.text);
    hasBreak ||= run.endsLine;
    if (text.length >= maxCharacters || spans.length >= maxSpans) break;
  }
  return { text: text.slice(0, maxCharacters), spans };
}

/** The place of a run; undefined for one without letters or size. */
export function placeRun(run: TextRun): PlacedRun | undefined {
  const text = plainText(run.text);
  const [a, b, c, d, e, f] = run.matrix;
  const size = Math.hypot(c, d);
  const along = Math.hypot(a, b);
  if (text === '' || !(size > 0) || !(along > 0) || !Number.isFinite(e + f + size + run.advance)) return undefined;
  const writing = { x: a / along, y: b / along };
  const ascent = { x: c / size, y: d / size };
  const direction = run.isVertical ? { x: -ascent.x, y: -ascent.y } : writing;
  const side = run.isVertical ? writing : ascent;
  // A line of type reaches about 0.8 of its size above the baseline and 0.2 below; vertical type stands on its centre
  // line.
  const [low, high] = run.isVertical ? [-0.5 * size, 0.5 * size] : [-0.2 * size, 0.8 * size];
  const [startX, endX] = [e, e + run.advance * direction.x];
  const [startY, endY] = [f, f + run.advance * direction.y];
  const box = {
    left: Math.min(startX, endX) + Math.min(low * side.x, high * side.x),
    right: Math.max(startX, endX) + Math.max(low * side.x, high * side.x),
    top: Math.min(startY, endY) + Math.min(low * side.y, high * side.y),
    bottom: Math.max(startY, endY) + Math.max(low * side.y, high * side.y),
  };
  return { text, origin: { x: e, y: f }, direction, advance: run.advance, size, box };
}

/** Without control characters, which come from fonts without a usable encoding, and one space for several. */
function plainText(text: string): string {
  return /^[!-~]+$/.test(text) ? text : text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

export function isOnPage({ box }: PlacedRun, page: PixelSize): boolean {
  return box.right > 0 && box.bottom > 0 && box.left < page.width && box.top < page.height;
}

/** Some generators print a word twice, a hair apart, to make it bold. */
function isOverprint(last: PlacedRun, next: PlacedRun): boolean {
  const distance = Math.hypot(next.origin.x - last.origin.x, next.origin.y - last.origin.y);
  return next.text === last.text && distance < 0.1 * last.size;
}

function separatorBetween(last: PlacedRun, next: PlacedRun, hasSpace: boolean): '' | ' ' | '\n' {
  const { direction, origin, advance } = last;
  const isTurned = direction.x * next.direction.x + direction.y * next.direction.y < 0.9;
  const dx = next.origin.x - origin.x;
  const dy = next.origin.y - origin.y;
  const across = Math.abs(direction.x * dy - direction.y * dx);
  const size = Math.max(last.size, next.size);
  if (isTurned || across > 0.6 * size) return '\n';
  const gap = direction.x * dx + direction.y * dy - advance;
  // Backwards on the same line: another cell, or the next word of a right-to-left script.
  return hasSpace || gap > 0.15 * size || gap < -0.5 * size ? ' ' : '';
}

function toSpan({ text, box, size }: PlacedRun, page: PixelSize): TextSpan {
  const left = fraction(box.left, page.width);
  return {
    text,
    x: left,
    y: fraction(box.top, page.height),
    width: round(fraction(box.right, page.width) - left),
    height: fraction(size, page.height),
  };
}

function fraction(value: number, whole: number): number {
  return round(Math.min(1, Math.max(0, value / whole)));
}

/** Four digits tell a twentieth of a millimetre on a letter: enough, and short as JSON. */
function round(value: number): number {
  return Number(value.toFixed(4));
}
