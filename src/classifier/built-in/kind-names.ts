import { squeeze, stem } from './fold-text.ts';
import { indexedKinds } from './kind-index.ts';
import type { Phrase } from './phrases.ts';

export interface KindMatch {
  /** Kinds of that name; several where kinds share it. */
  readonly ids: readonly string[];
  /** Stems of the words that it consists of. */
  readonly used: ReadonlySet<string>;
}

/** One name of one kind, in the order of the tables, which decides between names that are as good. */
interface KindName {
  readonly order: number;
  readonly id: string;
  readonly phrase: Phrase;
}

/** By the first word and by all letters together: the names are thousands, and few begin with a word of the text. */
const byFirstStem = new Map<string, KindName[]>();
const bySqueezed = new Map<string, KindName[]>();
for (const [order, { id, phrase }] of allNames().entries()) {
  const name = { order, id, phrase };
  addTo(bySqueezed, phrase.squeezed, name);
  const [first] = phrase.stems;
  if (first !== undefined) addTo(byFirstStem, first, name);
}

/** Finds the longest name of a kind among some words; `first`: the one that stands first counts, as in a definition. */
export function matchKinds(words: readonly string[], prefer: 'whole' | 'first'): KindMatch {
  let best: { ids: string[]; used: ReadonlySet<string>; length: number; position: number } | undefined;
  for (const { id, phrase, position } of namesAmong(words)) {
    const length = phrase.squeezed.length;
    const isBetter =
      !best ||
      (prefer === 'first' && position < best.position) ||
      ((prefer === 'whole' || position === best.position) && length > best.length);
    if (isBetter) best = { ids: [id], used: new Set(phrase.stems), length, position };
    else if (best && length === best.length && position === best.position && !best.ids.includes(id)) best.ids.push(id);
  }
  return best ? { ids: best.ids, used: best.used } : { ids: [], used: new Set() };
}

/** The names that stand among the words, each with its first place, in the order of the tables. */
function namesAmong(words: readonly string[]): (KindName & { readonly position: number })[] {
  const stems = words.map((word) => stem(word));
  const positions = new Map<KindName, number>();
  for (const name of bySqueezed.get(squeeze(words.join(''))) ?? []) positions.set(name, 0);
  for (const [start, first] of stems.entries()) {
    for (const name of byFirstStem.get(first) ?? []) {
      if (positions.has(name)) continue;
      if (name.phrase.stems.every((word, offset) => stems[start + offset] === word)) positions.set(name, start);
    }
  }
  return [...positions].map(([name, position]) => ({ ...name, position })).toSorted((a, b) => a.order - b.order);
}

function allNames(): { readonly id: string; readonly phrase: Phrase }[] {
  return indexedKinds.flatMap(({ id, names, alsoCalled }) =>
    [...names, ...alsoCalled].map((phrase) => ({ id, phrase })),
  );
}

function addTo(index: Map<string, KindName[]>, key: string, name: KindName): void {
  const known = index.get(key);
  if (known) known.push(name);
  else index.set(key, [name]);
}
