import type { Cues } from './cues.ts';
import { allKinds } from './kinds/all-kinds.ts';
import type { Kind, Phrases } from './kinds/kind.ts';
import { toPhrases, type Phrase, type PhraseFinder } from './phrases.ts';
import { builtInWeights, type ScoringOptions, type Weights } from './weights.ts';

/** A kind with its phrases ready to be looked for. */
export interface IndexedKind {
  readonly id: string;
  readonly within: readonly string[];
  readonly names: readonly Phrase[];
  readonly titles: readonly Phrase[];
  readonly alsoCalled: readonly Phrase[];
  readonly telltales: readonly Phrase[];
  readonly hints: readonly Phrase[];
  readonly cues: readonly (readonly [name: string, weight: number])[];
}

/** How well a page fits a kind, and the words that say so, most telling first. */
export interface KindScore {
  readonly score: number;
  /** The part of it that its title and its telltales say. */
  readonly words: number;
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly text: string;
  readonly weight: number;
  readonly isOfPreviousPage?: boolean;
}

export const indexedKinds: readonly IndexedKind[] = allKinds.map((kind) => indexKind(kind));

const kindsById = new Map(indexedKinds.map((kind) => [kind.id, kind]));

export function kindById(id: string): IndexedKind | undefined {
  return kindsById.get(id);
}

/** A word that several languages spell alike counts once, and as the most telling of what it is listed as. */
function indexKind(kind: Kind): IndexedKind {
  const taken = new Set<string>();
  return {
    id: kind.id,
    within: kind.within ?? [],
    names: phrasesOf(kind.names, taken),
    titles: phrasesOf(kind.titles, new Set()),
    alsoCalled: phrasesOf(kind.alsoCalled, taken),
    telltales: phrasesOf(kind.telltales, taken),
    hints: phrasesOf(kind.hints, taken),
    cues: Object.entries(kind.cues ?? {}),
  };
}

function phrasesOf(phrases: Phrases | undefined, taken: Set<string>): Phrase[] {
  const unique: Phrase[] = [];
  for (const list of Object.values(phrases ?? {})) {
    for (const phrase of toPhrases(list)) {
      const key = phrase.stems.join(' ') || phrase.squeezed;
      if (taken.has(key)) continue;
      taken.add(key);
      unique.push(phrase);
    }
  }
  return unique;
}

/** A word says less on a long page, which holds many words. */
function lengthFactor(wordCount: number, { wordsOfUsualPage, perDoubling }: Weights): number {
  return 1 / (1 + Math.max(0, Math.log2(Math.max(1, wordCount) / wordsOfUsualPage)) * perDoubling);
}

/** Scores one kind: its name as a title, its words, its shape. */
export function scoreKind(
  kind: IndexedKind,
  finder: PhraseFinder,
  cues: Cues,
  wordCount: number,
  { without, weights = builtInWeights }: ScoringOptions = {},
): KindScore {
  const reasons: Reason[] = [];
  const perWord = lengthFactor(wordCount, weights);

  let title = 0;
  for (const phrase of [...kind.names, ...kind.titles]) {
    const hit = finder.find(phrase);
    if (!hit) continue;
    const weight = Math.max(weights.mention * perWord, weights.title * hit.prominence);
    title = Math.max(title, weight);
    reasons.push({ text: phrase.text, weight });
  }
  const shape = kind.cues.reduce((sum, [name, weight]) => sum + weight * (cues.get(name) ?? 0), 0);
  const shapeShare = without === 'shape' ? 0 : Math.min(1, wordCount / weights.wordsForShape);
  if (without === 'titles') title = 0;
  const telltales = sumOf(kind.telltales, weights.telltale * perWord, { finder, weights, reasons });
  const hints = sumOf(kind.hints, weights.hint * perWord, { finder, weights, reasons });
  const telling = title + (without === 'telltales and hints' ? 0 : saturate(telltales, weights.telltaleLimit));
  return {
    score: telling + (without === 'telltales and hints' ? 0 : saturate(hints, weights.hintLimit)) + shape * shapeShare,
    words: telling,
    reasons: reasons.toSorted((a, b) => b.weight - a.weight).slice(0, 4),
  };
}

/** A phrase of several words is seldom there by chance; one that stands out says more. */
function sumOf(
  phrases: readonly Phrase[],
  weight: number,
  { finder, weights, reasons }: { finder: PhraseFinder; weights: Weights; reasons: Reason[] },
): number {
  let sum = 0;
  for (const phrase of phrases) {
    const hit = finder.find(phrase);
    if (!hit) continue;
    const value =
      weight *
      (phrase.stems.length > 1 || phrase.squeezed.length > 11 ? weights.longPhrase : weights.shortPhrase) *
      (weights.anywhere + hit.prominence + weights.coverage * hit.coverage);
    sum += value;
    reasons.push({ text: phrase.text, weight: value });
  }
  return sum;
}

function saturate(sum: number, limit: number): number {
  return limit * (1 - Math.exp(-sum / limit));
}
