import { isOnPage, placeRun, type PlacedRun, type TextRun } from './assemble-text.ts';
import { rowOf, type DrawnContent, type DrawnGlyph } from './drawn-content.ts';
import type { Pixels } from './pixels.ts';
import { hasContrast, isInkLikePaper, type PixelBox } from './ink-samples.ts';

/** How a run of a text layer relates to what a person sees. */
export type Sight =
  /** It is drawn, and there is ink where it stands. */
  | 'shown'
  /** It has no ink of its own, but may lie over or under a picture of itself, as a scanner's recognition does. */
  | 'undrawn'
  /** Nobody sees it: off the page, or of the colour of its paper. */
  | 'hidden';

export interface SeenRun {
  readonly run: TextRun;
  readonly box: PixelBox;
  readonly sight: Sight;
}

/** Says of each run whether it is seen, by how it was drawn and by what the pixels show where it stands. */
export function lookAtRuns(runs: readonly TextRun[], drawn: DrawnContent, page: Pixels): SeenRun[] {
  const size = { width: page.widthPx, height: page.heightPx };
  return runs.flatMap((run) => {
    const placed = placeRun(run);
    if (!placed) return [];
    return { run, box: placed.box, sight: isOnPage(placed, size) ? look(placed, drawn, page) : 'hidden' };
  });
}

/** How far, in pixels, a run may be from where its letters were seen to be drawn. */
const tolerance = 2.5;

function look(run: PlacedRun, drawn: DrawnContent, page: Pixels): Sight {
  const letters = findLetters(run, drawn);
  const seen = letters.filter((letter) => !letter.isUndrawn && !isCovered(letter, drawn));
  if (letters.length > 0 && seen.length < letters.length / 2) return 'undrawn';
  // A rule of dashes has hardly any ink, and says nothing.
  if (!/[\p{L}\p{N}]/u.test(run.text)) return 'shown';
  if (!hasContrast(page, run.box)) return 'hidden';
  const alike = lettersByColour(seen).filter((group) => isInkLikePaper(page, boxOfLetters(group), group[0]));
  return alike.flat().length > seen.length / 2 ? 'hidden' : 'shown';
}

/**
 * The letters of a run: those on its line, or the first one where the line is turned. Several texts may share a place.
 */
function findLetters({ origin, direction, advance, text }: PlacedRun, { rows }: DrawnContent): DrawnGlyph[] {
  const isLevel = direction.x > 0.99;
  const end = origin.x + (isLevel ? advance : tolerance);
  const found = [rowOf(origin.y - tolerance), rowOf(origin.y), rowOf(origin.y + tolerance)]
    .filter((row, index, all) => all.indexOf(row) === index)
    .flatMap((row) => rows.get(row) ?? [])
    .filter(({ x, y }) => x > origin.x - tolerance && x < end && Math.abs(y - origin.y) < tolerance);
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

function isCovered({ x, y, size, width, order }: DrawnGlyph, { pictures }: DrawnContent): boolean {
  const middle = x + width / 2;
  const height = y - size / 3;
  return pictures.some((picture) => {
    if (picture.isSeenThrough || picture.order <= order) return false;
    const [left, top, right, bottom] = picture.bounds;
    return left <= middle && right >= middle && top <= height && bottom >= height;
  });
}

function lettersByColour(letters: readonly DrawnGlyph[]): DrawnGlyph[][] {
  const groups = new Map<string, DrawnGlyph[]>();
  for (const letter of letters) {
    if (letter.colour === undefined) continue;
    const group = groups.get(letter.colour);
    if (group) group.push(letter);
    else groups.set(letter.colour, [letter]);
  }
  return [...groups.values()];
}

function boxOfLetters(letters: readonly DrawnGlyph[]): PixelBox {
  return {
    left: Math.min(...letters.map(({ x }) => x)),
    right: Math.max(...letters.map(({ x, width }) => x + width)),
    top: Math.min(...letters.map(({ y, size }) => y - 0.8 * size)),
    bottom: Math.max(...letters.map(({ y, size }) => y + 0.2 * size)),
  };
}
