import type { TextSpan } from '../../domain/page.ts';
import { foldText, squeeze } from './fold-text.ts';

/** Words below which two texts cannot be compared. */
const fewestWords = 4;

/** Enough lines to tell whether a text belongs to a picture, at a tenth of what reading the page takes. */
const comparedLines = 5;
/** The part of a line that is read, in heights of its type: more than a dozen words tell nothing new. */
const longestLine = 14;
/** A line with fewer letters is not worth comparing. */
const fewestLetters = 8;

/**
 * The share of the words in `read` that also occur in `says`; undefined when `read` has too few. `read` may have lost
 * spaces, and `says` may break words at other places.
 */
export function agreementOf(read: string, says: string): number | undefined {
  const words = foldText(read).match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{2}|[a-z0-9]{4,}/gu) ?? [];
  if (words.length < fewestWords) return undefined;
  const said = squeeze(foldText(says));
  return words.filter((word) => said.includes(word)).length / words.length;
}

/** Some lines of a text, the longest ones, each as one span and no longer than is needed. */
export function linesToCompare(spans: readonly TextSpan[]): TextSpan[] {
  return joinLines(spans)
    .filter(({ text }) => text.replace(/[^\p{L}\p{N}]/gu, '').length >= fewestLetters)
    .toSorted((a, b) => b.text.length - a.text.length)
    .slice(0, comparedLines);
}

/** Spans come in the order of writing; those that go on at about the same height are one line. */
function joinLines(spans: readonly TextSpan[]): TextSpan[] {
  const lines: TextSpan[] = [];
  for (const span of spans) {
    const last = lines.at(-1);
    if (last && goesOn(last, span)) {
      lines[lines.length - 1] = {
        text: `${last.text} ${span.text}`,
        x: last.x,
        y: Math.min(last.y, span.y),
        width: span.x + span.width - last.x,
        height: Math.max(last.height, span.height),
      };
    } else lines.push(span);
  }
  return lines;
}

function goesOn(last: TextSpan, next: TextSpan): boolean {
  const isLevel = Math.abs(last.y - next.y) < Math.min(last.height, next.height) / 2;
  const gap = next.x - (last.x + last.width);
  const isShort = next.x + next.width - last.x < longestLine * last.height * 1.5;
  return isLevel && isShort && gap > -last.height && gap < 2 * last.height;
}
