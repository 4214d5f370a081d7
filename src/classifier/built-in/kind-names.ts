import { squeeze, stem } from './fold-text.ts';
import { indexedKinds, type IndexedKind } from './kind-index.ts';
import type { Phrase } from './phrases.ts';
import { isEmptyWord, splitName } from './tokenize.ts';
import { definitionWeights as definition } from './weights.ts';

const listSeparator = /[,;/|&+]|(?<=[\s_])(?:or|and|oder|und|ou|et|o|y|e|en)(?=[\s_])/iu;

/** A longer name is no list of kinds; each part is compared with all of them. */
const mostListed = 20;

/** How many letters a stem may be longer that is not spelled as the category is. */
const spelledAlike = 3;

/** The least letters of the last part of a compound, as in German and Dutch: "Handwerkerrechnung". */
const shortestHead = 6;

/** The kinds that some words name, and which of the words (stemmed) do so. */
export interface KindMatch {
  readonly ids: readonly string[];
  readonly used: ReadonlySet<string>;
}

export const noMatch: KindMatch = { ids: [], used: new Set() };

/** The kinds that a category's name means; it may list several: "passport or driving licence", "W-2 / 1099". */
export function matchName(name: string): KindMatch {
  const whole = matchWords(splitName(name));
  const matches = [...new Set(name.split(listSeparator))]
    .slice(0, mostListed)
    .map((part) => matchWords(splitName(part)))
    .filter(({ used }) => [...used].some((word) => !whole.used.has(word)));
  return {
    ids: [...new Set([whole, ...matches].flatMap(({ ids }) => ids))],
    used: new Set([whole, ...matches].flatMap(({ used }) => [...used])),
  };
}

/** Finds the longest name of a kind among some words. */
function matchWords(words: readonly string[]): KindMatch {
  const hits = findNames(words);
  const highest = Math.max(...hits.map(({ length }) => length));
  const best = hits.filter(({ length }) => length === highest);
  // "W-2 form" is the form that it names besides.
  const narrower = hits.filter(({ kind }) => best.some((hit) => kind.within.includes(hit.kind.id)));
  const chosen = narrower.length > 0 ? narrower : best;
  return {
    ids: [...new Set(chosen.map(({ kind }) => kind.id))],
    used: new Set([...best, ...chosen].flatMap(({ phrase }) => phrase.stems)),
  };
}

/** The kinds that a description means: those that it names, and whose telltales it has. */
export function matchDefinition(words: readonly string[]): readonly string[] {
  const scores = new Map<IndexedKind, number>();
  const add = (kind: IndexedKind, worth: number): void => void scores.set(kind, (scores.get(kind) ?? 0) + worth);
  const hits = findNames(words).filter(({ phrase }) => !isEmptyWord(phrase.squeezed));
  const first = Math.min(...hits.map(({ position }) => position));
  for (const [kind, named] of Map.groupBy(hits, (hit) => hit.kind)) {
    const places = new Set(named.map(({ position }) => position));
    add(kind, places.size * definition.name + (places.has(first) ? definition.first : 0));
  }
  const stems = words.map((word) => stem(word));
  for (const { kind, phrase, worth } of new Set(stems.flatMap((word) => wordsByFirstStem.get(word) ?? []))) {
    if (placeOf(phrase, stems) >= 0) add(kind, worth);
  }
  const highest = Math.max(...scores.values());
  if (highest < definition.enough) return [];
  return indexedKinds.filter((kind) => (scores.get(kind) ?? 0) > highest - definition.near).map(({ id }) => id);
}

interface KindPhrase {
  readonly kind: IndexedKind;
  readonly phrase: Phrase;
}

/** Where a name of a kind stands among some words. */
export interface NameHit extends KindPhrase {
  readonly position: number;
  /** In letters, with a bonus for what is spelled alike. */
  readonly length: number;
}

/**
 * Indexed by the first word and by all letters together: there are thousands of names, and few begin with a word of the
 * text.
 */
const kindNames = indexedKinds.flatMap((kind) =>
  [...kind.names, ...kind.alsoCalled].map((phrase): KindPhrase => ({ kind, phrase })),
);
const namesByFirstStem = Map.groupBy(kindNames, ({ phrase }) => phrase.stems[0]);
const namesBySpelling = Map.groupBy(kindNames, ({ phrase }) => phrase.squeezed);
const heads = kindNames.filter(({ phrase }) => canBeHead(phrase));

const kindWords = indexedKinds.flatMap((kind) => [
  ...kind.telltales.map((phrase) => ({ kind, phrase, worth: definition.telltale })),
  ...kind.hints.map((phrase) => ({ kind, phrase, worth: definition.hint })),
]);
const wordsByFirstStem = Map.groupBy(kindWords, ({ phrase }) => phrase.stems[0]);

/** The names of kinds that stand among some words, each with its first place. */
export function findNames(words: readonly string[]): NameHit[] {
  const stems = words.map((word) => stem(word));
  const whole = squeeze(words.join(''));
  const candidates = new Set([
    ...(namesBySpelling.get(whole) ?? []),
    ...stems.flatMap((word) => namesByFirstStem.get(word) ?? []),
    ...(stems.length === 1 ? heads : []),
  ]);
  return [...candidates].flatMap(({ kind, phrase }): NameHit[] => {
    const isWhole = phrase.squeezed === whole;
    const isHead = stems.length === 1 && canBeHead(phrase) && whole.endsWith(phrase.squeezed);
    const position = isWhole || isHead ? 0 : placeOf(phrase, stems);
    if (position < 0) return [];
    // Spelled alike is closer than stemmed alike: "patent" is not the Italian "patente", a driving licence.
    const length = phrase.squeezed.length + (whole.includes(phrase.squeezed) ? spelledAlike : 0);
    return [{ kind, phrase, position, length }];
  });
}

function placeOf({ stems }: Phrase, among: readonly string[]): number {
  if (stems.length === 0) return -1;
  return among.findIndex((_, start) => stems.every((word, offset) => among[start + offset] === word));
}

function canBeHead({ stems, squeezed }: Phrase): boolean {
  return stems.length === 1 && squeezed.length >= shortestHead;
}
