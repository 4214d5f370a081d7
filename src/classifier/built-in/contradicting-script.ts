import { foldText, squeeze } from './fold-text.ts';
import { allKinds } from './kinds/all-kinds.ts';
import type { Phrases } from './kinds/kind.ts';

/** Enough of a text to tell what it is written with. */
const judgedLength = 20_000;

/** The least share of letters: below it, a text is a table of figures, or its font calls letters digits. */
const leastLetters = 0.2;

/**
 * Whether most of a text is in characters that letter pairs cannot judge: digits, and all scripts but Latin and
 * Cyrillic.
 */
export function isInUncountedScript(text: string): boolean {
  const judged = text.slice(0, judgedLength);
  const letters = judged.match(/\p{L}/gu) ?? [];
  const digits = judged.match(/\p{N}/gu) ?? [];
  const counted = letters.filter((letter) => /[\p{Script=Latin}\p{Script=Cyrillic}]/u.test(letter));
  return counted.length < letters.length / 2 || letters.length < leastLetters * (letters.length + digits.length);
}

/** Shorter words turn up by chance when OCR misreads another script. */
const shortestWord = 5;
const fewestWords = 3;
/**
 * The share of the Latin letters read that are in words of documents. Measured: 0.41 and more for an invoice that lost
 * its spaces, none for Greek, Armenian, Georgian, Hebrew, Arabic, Thai and Hindi type.
 */
const leastCovered = 0.25;
/** A text that says at least this share of the words found is in both scripts. */
const saidToo = 0.3;

/** Whether the words `read` from some lines are plain Latin type that the text itself does not contain. */
export function isLatinInstead(read: string, says: string): boolean {
  const runs = foldText(read).match(/[a-z]{4,}/g) ?? [];
  const words = runs.flatMap((run) => wordsIn(run));
  const letters = runs.reduce((sum, run) => sum + run.length, 0);
  const covered = words.reduce((sum, word) => sum + word.length, 0);
  const distinct = [...new Set(words)];
  if (distinct.length < fewestWords || covered < leastCovered * letters) return false;
  const said = squeeze(foldText(says));
  return distinct.filter((word) => said.includes(word)).length < saidToo * distinct.length;
}

let knownWords: ReadonlySet<string> | undefined;
const longestWord = 24;

/** Words of documents in letters that may have lost their spaces. */
function wordsIn(run: string): string[] {
  const known = (knownWords ??= findKnownWords());
  const words: string[] = [];
  let start = 0;
  while (start + shortestWord <= run.length) {
    let length = Math.min(longestWord, run.length - start);
    while (length >= shortestWord && !known.has(run.slice(start, start + length))) length--;
    const isWord = length >= shortestWord;
    if (isWord) words.push(run.slice(start, start + length));
    start += isWord ? length : 1;
  }
  return words;
}

/** The words of all kinds, in all their languages. */
function findKnownWords(): ReadonlySet<string> {
  const phrases = allKinds.flatMap(({ names, titles, telltales, hints }) => [names, titles, telltales, hints]);
  return new Set(phrases.flatMap(wordsOf));
}

function wordsOf(phrases: Phrases | undefined): string[] {
  return foldText(Object.values(phrases ?? {}).join(' ')).match(/[a-z]{5,}/g) ?? [];
}
