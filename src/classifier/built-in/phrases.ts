import { foldText, squeeze, stem } from './fold-text.ts';
import type { PageLine } from './page-lines.ts';
import { isUnspaced, tokenize } from './tokenize.ts';
import { builtInWeights, type Weights } from './weights.ts';

/** A word or several, ready to be looked for. */
export interface Phrase {
  /** As written, to show in a reasoning. */
  readonly text: string;
  readonly stems: readonly string[];
  readonly squeezed: string;
  /** Equal for phrases that are looked for alike. */
  readonly key: string;
}

/** The most prominent place of a phrase. */
export interface PhraseHit {
  /** 0 (in running text) to 1 (a title: large, at the top, alone on its line). */
  readonly prominence: number;
  /** 0 to 1: how much of its line it is. */
  readonly coverage: number;
}

/**
 * Letters that a phrase needs to be recognised inside a longer run of letters, as OCR that loses spaces gives it:
 * enough that it is no part of another word by chance ("formation" in "information").
 */
const shortestRun = { oneWord: 12, severalWords: 9, severalWordsOfUnspacedLine: 8 } as const;

const runLength = 6;

export function toPhrase(text: string): Phrase {
  const folded = foldText(text);
  return newPhrase(
    text.trim(),
    tokenize(folded).map((word) => stem(word)),
    squeeze(folded),
  );
}

export function newPhrase(text: string, stems: readonly string[], squeezed: string): Phrase {
  return { text, stems, squeezed, key: `${stems.join(' ')}\n${squeezed}` };
}

/** Reads a list as the tables of kinds have it. */
export function toPhrases(list: string): Phrase[] {
  return list
    .split(',')
    .map((part) => toPhrase(part))
    .filter((phrase) => phrase.squeezed !== '');
}

/** Finds phrases on one page. */
export interface PhraseFinder {
  find(phrase: Phrase): PhraseHit | undefined;
}

export function createPhraseFinder(lines: readonly PageLine[], weights: Weights = builtInWeights): PhraseFinder {
  // All words of the page in a row, so that a phrase may run over the end of a line.
  const words = lines.flatMap((line, lineIndex) => line.stems.map((text) => ({ text, lineIndex })));
  const places = new Map<string, number[]>();
  for (const [index, { text }] of words.entries()) {
    const known = places.get(text);
    if (known) known.push(index);
    else places.set(text, [index]);
  }
  const squeezedPage = lines.map((line) => line.squeezed).join('\n');
  const runs = runsOf(squeezedPage);
  const bySqueezed = Map.groupBy(lines, (line) => line.squeezed);
  const found = new Map<string, PhraseHit | undefined>();

  function search(phrase: Phrase): PhraseHit | undefined {
    const best = bestOf(linesOfWords(phrase), phrase, weights);
    if (best) return best;
    const isPossible = isUnspaced(phrase.squeezed)
      ? phrase.squeezed.length >= 2
      : phrase.squeezed.length >= shortestIn(phrase, true) && runs.has(phrase.squeezed.slice(0, runLength));
    if (isPossible && squeezedPage.includes(phrase.squeezed)) {
      const hit = bestOf(
        lines.filter((line) => line.squeezed.includes(phrase.squeezed) && mayBeIn(line, phrase)),
        phrase,
        weights,
      );
      if (hit) return hit;
    }
    return spacedOut(phrase);
  }

  function linesOfWords({ stems }: Phrase): PageLine[] {
    const [first] = stems;
    if (first === undefined) return [];
    return (places.get(first) ?? [])
      .filter((start) => stems.every((word, offset) => words[start + offset]?.text === word))
      .flatMap((start) => lines[words[start]?.lineIndex ?? -1] ?? []);
  }

  /** A title set w i d e: nothing else on its line, so that also a short word may be taken for it. */
  function spacedOut(phrase: Phrase): PhraseHit | undefined {
    if (phrase.squeezed.length < 4) return undefined;
    return bestOf(bySqueezed.get(phrase.squeezed) ?? [], phrase, weights);
  }

  return {
    find(phrase) {
      if (!found.has(phrase.key)) found.set(phrase.key, search(phrase));
      return found.get(phrase.key);
    },
  };
}

function shortestIn({ stems }: Phrase, hasLostSpaces: boolean): number {
  if (stems.length < 2) return shortestRun.oneWord;
  return hasLostSpaces ? shortestRun.severalWordsOfUnspacedLine : shortestRun.severalWords;
}

/** Letters and digits of a line without a space that is longer than a word. */
const longerThanWords = 16;

/** In a line that has lost all its spaces, a shorter phrase is no part of another word by chance. */
function mayBeIn({ text, squeezed }: PageLine, phrase: Phrase): boolean {
  if (isUnspaced(phrase.squeezed)) return true;
  const hasLostSpaces = squeezed.length >= longerThanWords && !/\s/.test(text.trim());
  return phrase.squeezed.length >= shortestIn(phrase, hasLostSpaces);
}

/** All runs of a few letters on the page: most phrases can be seen not to be there by their first letters. */
function runsOf(text: string): ReadonlySet<string> {
  const runs = new Set<string>();
  for (let start = 0; start + runLength <= text.length; start++) runs.add(text.slice(start, start + runLength));
  return runs;
}

function bestOf(lines: readonly PageLine[], phrase: Phrase, weights: Weights): PhraseHit | undefined {
  let best: PhraseHit | undefined;
  for (const line of lines) {
    const coverage = Math.min(1, phrase.squeezed.length / line.squeezed.length);
    const prominence = prominenceOf(line, coverage, weights);
    if (!best || prominence > best.prominence) best = { prominence, coverage };
  }
  return best;
}

function prominenceOf(line: PageLine, coverage: number, weights: Weights): number {
  const { lineAnywhere, lineLarge, lineAtTop, lineInCapitals, partOfLine, restOfLine } = weights;
  const ofLine =
    lineAnywhere + lineLarge * line.large + lineAtTop * line.atTop + (line.isUpperCase ? lineInCapitals : 0);
  return Math.min(1, ofLine) * (partOfLine + restOfLine * coverage);
}
