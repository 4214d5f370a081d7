import type { Category } from '../../domain/category.ts';
import { foldText, squeeze, stem } from './fold-text.ts';
import { indexedKinds } from './kind-index.ts';
import type { Phrase } from './phrases.ts';
import { contentStems, splitName, tokenize } from './tokenize.ts';

/** What a caller's category is taken to mean. */
export interface UnderstoodCategory {
  readonly category: Category;
  /** Kinds that the category means, each with how surely (0 to 1). */
  readonly kinds: ReadonlyMap<string, number>;
  /** Words of the name that its kind does not account for: "correction" in "invoice correction". */
  readonly qualifiers: readonly string[];
  /** Content words of the name and of the description, stemmed. */
  readonly nameStems: readonly string[];
  readonly descriptionStems: readonly string[];
}

/** How surely a description means a kind that it names, and how surely a kind includes the cases of it. */
const byDescription = 0.6;

/** A name means the kind whose longest name it holds; only a category whose name means none is looked up by its description. */
export function understandCategories(categories: readonly Category[]): UnderstoodCategory[] {
  const direct = categories.map((category) => understand(category));
  const claimed = new Set(direct.flatMap(({ kinds }) => [...kinds.keys()]));
  return direct.map((understood) => ({ ...understood, kinds: withCases(understood.kinds, claimed) }));
}

function understand(category: Category): UnderstoodCategory {
  const nameWords = splitName(category.name);
  const descriptionWords = tokenize(foldText(affirmativePart(category.description ?? '')));
  const nameMatch = matchKinds(nameWords, 'whole');
  const kinds = new Map<string, number>();
  for (const id of nameMatch.ids) kinds.set(id, 1);
  if (kinds.size === 0)
    for (const id of matchKinds(descriptionWords.slice(0, 25), 'first').ids) kinds.set(id, byDescription);
  const nameStems = contentStems(nameWords);
  return {
    category,
    kinds,
    qualifiers: nameMatch.ids.length === 0 ? [] : nameStems.filter((word) => !nameMatch.used.has(word)),
    nameStems,
    descriptionStems: contentStems(descriptionWords).filter((word) => !nameStems.includes(word)),
  };
}

/** Leaves out what a description says the category is not ("a bill, but not a receipt"). */
function affirmativePart(description: string): string {
  return description.replace(
    /(?:\b(?:but )?(?:not|excluding|except|other than|rather than|unlike|instead of|nicht|kein|keine|außer|sauf|pas|excepto|tranne|non|exceto|behalve)\b)[^.;,:()]*/giu,
    ' ',
  );
}

interface KindMatch {
  readonly ids: readonly string[];
  readonly used: ReadonlySet<string>;
}

/** Finds the longest name of a kind among some words; `first`: the one that stands first counts, as in a definition. */
function matchKinds(words: readonly string[], prefer: 'whole' | 'first'): KindMatch {
  const stems = words.map((word) => stem(word));
  const whole = squeeze(words.join(''));
  let best: { ids: string[]; used: Set<string>; length: number; position: number } | undefined;
  for (const kind of indexedKinds) {
    for (const phrase of [...kind.names, ...kind.alsoCalled]) {
      const position = positionOf(phrase, stems, whole);
      if (position < 0) continue;
      const length = phrase.squeezed.length;
      const isBetter =
        !best ||
        (prefer === 'first' && position < best.position) ||
        ((prefer === 'whole' || position === best.position) && length > best.length);
      if (isBetter) best = { ids: [kind.id], used: new Set(phrase.stems), length, position };
      else if (best && length === best.length && position === best.position && !best.ids.includes(kind.id))
        best.ids.push(kind.id);
    }
  }
  return best ?? { ids: [], used: new Set() };
}

function positionOf(phrase: Phrase, stems: readonly string[], whole: string): number {
  if (phrase.squeezed === whole) return 0;
  const [first] = phrase.stems;
  if (first === undefined) return -1;
  return stems.findIndex((_, start) => phrase.stems.every((word, offset) => stems[start + offset] === word));
}

/** A passport is an identity document, unless another category is there for passports. */
function withCases(kinds: ReadonlyMap<string, number>, claimed: ReadonlySet<string>): Map<string, number> {
  const all = new Map(kinds);
  for (const kind of indexedKinds) {
    if (claimed.has(kind.id)) continue;
    const weight = Math.max(0, ...kind.within.map((wider) => kinds.get(wider) ?? 0));
    if (weight > 0) all.set(kind.id, weight);
  }
  return all;
}
