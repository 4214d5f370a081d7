import { isOnPage, placeRun, type PlacedRun, type TextRun } from './assemble-text.ts';
import { rowOf, type DrawnContent, type DrawnGlyph } from './drawn-content.ts';
import { hasContrast, isLegible, type Ink, type PixelBox } from './ink-samples.ts';
import type { Pixels } from './pixels.ts';

/** How a run of a text layer relates to what a person sees. */
export type Sight =
  /** It is drawn, and there is ink where it stands. */
  | 'shown'
  /** It has no ink of its own, but may lie over or under a picture of itself, as a scanner's recognition does. */
  | 'undrawn'
  /** Nobody sees it: off the page, too small, or of the colour of its paper. */
  | 'hidden';

export interface SeenRun {
  readonly run: TextRun;
  readonly placed: PlacedRun;
  readonly sight: Sight;
}

/** Says of each run whether it is seen, by how it was drawn and by what the pixels show where it stands. */
export function lookAtRuns(runs: readonly TextRun[], drawn: DrawnContent, page: Pixels): SeenRun[] {
  const size = { width: page.widthPx, height: page.heightPx };
  const seen: SeenRun[] = [];
  for (const run of runs) {
    const placed = placeRun(run);
    if (placed) seen.push({ run, placed, sight: isOnPage(placed, size) ? look(placed, drawn, page) : 'hidden' });
  }
  return seen;
}

/** How far, in pixels, a run may be from where its letters were seen to be drawn. */
const tolerance = 2.5;

function look(run: PlacedRun, drawn: DrawnContent, page: Pixels): Sight {
  const letters = findLetters(run, drawn);
  const seen = letters.filter((letter) => !letter.isUndrawn);
  if (letters.length > 0 && seen.length < letters.length / 2) {
    const tiny = letters.filter((letter) => letter.isTiny);
    return tiny.length > letters.length / 2 ? 'hidden' : 'undrawn';
  }
  // A rule of dashes has hardly any ink, and says nothing.
  if (!/[\p{L}\p{N}]/u.test(run.text)) return 'shown';
  return countLegible(seen, run, drawn, page) < seen.length / 2 || (seen.length === 0 && !hasContrast(page, run.box))
    ? 'hidden'
    : 'shown';
}

function countLegible(letters: readonly DrawnGlyph[], run: PlacedRun, drawn: DrawnContent, page: Pixels): number {
  let count = 0;
  for (const [ink, group] of byColour(letters)) {
    // Of a line that is turned, the letters' boxes are not known.
    const box = isLevel(run) ? boxOfLetters(group) : run.box;
    const [first] = group;
    const isOnPicture = first !== undefined && liesOnPicture(first, drawn);
    const canBeRead = isLegible(page, ink.colour === undefined ? run.box : box, ink, isOnPicture);
    if (canBeRead) count += group.length;
  }
  return count;
}

function isLevel({ direction }: PlacedRun): boolean {
  return direction.x > 0.99;
}

/**
 * The letters of a run: those on its line, or the first one where the line is turned. Several texts may share a place.
 */
function findLetters(run: PlacedRun, { rows }: DrawnContent): readonly DrawnGlyph[] {
  const { origin, advance, text } = run;
  const end = origin.x + (isLevel(run) ? advance : tolerance);
  const found: DrawnGlyph[] = [];
  for (let row = rowOf(origin.y - tolerance); row <= rowOf(origin.y + tolerance); row++) {
    for (const letter of rows.get(row) ?? []) {
      const { x, y } = letter;
      if (x > origin.x - tolerance && x < end && Math.abs(y - origin.y) < tolerance) found.push(letter);
    }
  }
  const isDrawn = !found.some(({ isUndrawn }) => isUndrawn);
  if (isDrawn || found.every(({ isUndrawn }) => isUndrawn)) return found;
  const first = String.fromCodePoint(text.normalize('NFKC').codePointAt(0) ?? 0);
  const starts = found.filter(
    ({ x, character }) => x < origin.x + tolerance && character.normalize('NFKC').startsWith(first),
  );
  // Of two texts at one place, the one that is drawn is the one that is seen.
  const start = starts.findLast(({ isUndrawn }) => !isUndrawn) ?? starts.at(-1);
  const alike = start ? found.filter(({ isUndrawn }) => isUndrawn === start.isUndrawn) : found;
  // A bullet may be drawn by other means than the words behind it.
  return alike.length < text.replace(/\s/g, '').length / 2 ? found : alike;
}

function liesOnPicture({ x, y, size, width }: DrawnGlyph, { pictures }: DrawnContent): boolean {
  const middle = x + width / 2;
  const height = y - size / 3;
  return pictures.some(
    ({ bounds: [left, top, right, bottom] }) => left <= middle && right >= middle && top <= height && bottom >= height,
  );
}

/** The letters by what they are written with; nearly always one group. */
function byColour(letters: readonly DrawnGlyph[]): [ink: Ink, letters: readonly DrawnGlyph[]][] {
  const [first] = letters;
  if (!first) return [];
  if (letters.every(({ colour }) => colour === first.colour)) return [[first, letters]];
  return [...Map.groupBy(letters, ({ colour }) => colour).values()].flatMap((group) =>
    group[0] ? [[group[0], group]] : [],
  );
}

function boxOfLetters(letters: readonly DrawnGlyph[]): PixelBox {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, size } of letters) {
    left = Math.min(left, x);
    right = Math.max(right, x + width);
    top = Math.min(top, y - 0.8 * size);
    bottom = Math.max(bottom, y + 0.2 * size);
  }
  return { left, top, right, bottom };
}
