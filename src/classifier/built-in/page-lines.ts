import type { PlacedText, TextSpan } from '../../domain/page.ts';
import { foldText, squeeze, stem } from './fold-text.ts';
import { splitRunTogether, tokenize } from './tokenize.ts';

/** One line of a page, with what its place and size say about it. */
export interface PageLine {
  /** As written. */
  readonly text: string;
  readonly folded: string;
  readonly squeezed: string;
  readonly stems: readonly string[];
  /** 0 (middle of the page and below) to 1 (its top); 0 where places are unknown. */
  readonly atTop: number;
  /** 0 (as large as most of the page) to 1 (at least 1.8 times as large). */
  readonly large: number;
  readonly isUpperCase: boolean;
}

/** A page is judged by its first words; what a book's worth of text adds is time. */
const maxLines = 600;
const maxLineLength = 2000;
const maxPageLength = 40_000;

/** Puts the pieces of a page's text into lines. */
export function toPageLines(page: PlacedText): PageLine[] {
  const pieces = page.spans.length > 0 ? joinSpans(page.spans) : plainLines(page.text);
  const common = commonHeight(pieces);
  const lines: PageLine[] = [];
  let total = 0;
  for (const [index, piece] of pieces.entries()) {
    const text = piece.text.slice(0, maxLineLength);
    total += text.length;
    if (index >= maxLines || total > maxPageLength) break;
    // Some characters unfold to eighteen.
    const folded = foldText(text).slice(0, maxLineLength);
    const squeezed = squeeze(folded);
    if (squeezed === '') continue;
    lines.push({
      text,
      folded,
      squeezed,
      stems: tokenize(foldText(splitRunTogether(text))).map((word) => stem(word)),
      atTop: piece.y === undefined ? Math.max(0, 1 - index / 10) * 0.8 : clamp((0.45 - piece.y) / 0.3),
      large: common === 0 || piece.height === 0 ? 0 : clamp((piece.height / common - 1.15) / 0.65),
      isUpperCase: /\p{Lu}{3}/u.test(text) && !/\p{Ll}/u.test(text),
    });
  }
  return lines;
}

interface Piece {
  text: string;
  readonly y: number | undefined;
  height: number;
}

function plainLines(text: string): Piece[] {
  return text
    .slice(0, maxPageLength)
    .split('\n')
    .map((line) => ({ text: line, y: undefined, height: 0 }));
}

/** Spans come in reading order; those on about the same height that go on to the right are one line. */
function joinSpans(spans: readonly TextSpan[]): Piece[] {
  const pieces: Piece[] = [];
  let last: TextSpan | undefined;
  for (const span of spans.slice(0, maxLines * 20)) {
    const piece = pieces.at(-1);
    if (last && piece && goesOn(last, span)) {
      const gap = span.x - (last.x + last.width);
      piece.text += (gap < span.height * 0.12 ? '' : ' ') + span.text;
      piece.height = Math.max(piece.height, span.height);
    } else pieces.push({ text: span.text, y: span.y, height: span.height });
    last = span;
  }
  return pieces;
}

function goesOn(last: TextSpan, next: TextSpan): boolean {
  const smaller = Math.min(last.height, next.height);
  const isLevel = Math.abs(last.y + last.height / 2 - next.y - next.height / 2) < smaller * 0.6;
  // A wide gap is another column or another cell, unless the type is that large.
  const gap = next.x - (last.x + last.width);
  return isLevel && gap > -0.02 && gap < Math.max(0.04, smaller * 2);
}

/** The height that most letters have. */
function commonHeight(pieces: readonly Piece[]): number {
  const sorted = pieces.filter((piece) => piece.height > 0).toSorted((a, b) => a.height - b.height);
  const letters = sorted.reduce((sum, piece) => sum + piece.text.length, 0);
  let count = 0;
  for (const piece of sorted) {
    count += piece.text.length;
    if (count >= letters / 2) return piece.height;
  }
  return 0;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
