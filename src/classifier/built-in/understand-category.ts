import { LRUCache } from 'lru-cache';
import type { Category } from '../../domain/category.ts';
import { foldText } from './fold-text.ts';
import { indexedKinds } from './kind-index.ts';
import { matchKinds } from './kind-names.ts';
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

type Meaning = Omit<UnderstoodCategory, 'category'>;

/** Callers come with the same categories for every page. Bounded by the characters of names and descriptions: some lists fill a book. */
const known = new LRUCache<string, Meaning>({ maxSize: 1_000_000, sizeCalculation: (_, key) => key.length });

/**
 * A name means the kind whose longest name it holds; only a category whose name means none is looked up by its description.
 * `pause` is awaited between one category and the next.
 */
export async function understandCategories(
  categories: readonly Category[],
  pause: () => Promise<void>,
): Promise<UnderstoodCategory[]> {
  const direct: UnderstoodCategory[] = [];
  for (const category of categories) {
    direct.push({ category, ...recall(category) });
    await pause();
  }
  const claimed = new Set(direct.flatMap(({ kinds }) => [...kinds.keys()]));
  return direct.map((understood) => ({ ...understood, kinds: withCases(understood.kinds, claimed) }));
}

function recall(category: Category): Meaning {
  const key = JSON.stringify([category.name, category.description]);
  const before = known.get(key);
  if (before) return before;
  const meaning = understand(category);
  known.set(key, meaning);
  return meaning;
}

function understand(category: Category): Meaning {
  const nameWords = splitName(category.name);
  const descriptionWords = tokenize(foldText(affirmativePart(category.description ?? '')));
  const nameMatch = matchKinds(nameWords, 'whole');
  const kinds = new Map<string, number>();
  for (const id of nameMatch.ids) kinds.set(id, 1);
  if (kinds.size === 0)
    for (const id of matchKinds(descriptionWords.slice(0, 25), 'first').ids) kinds.set(id, byDescription);
  const nameStems = contentStems(nameWords);
  const inName = new Set(nameStems);
  return {
    kinds,
    qualifiers: nameMatch.ids.length === 0 ? [] : nameStems.filter((word) => !nameMatch.used.has(word)),
    nameStems,
    descriptionStems: contentStems(descriptionWords).filter((word) => !inName.has(word)),
  };
}

/** Leaves out what a description says the category is not ("a bill, but not a receipt"). */
function affirmativePart(description: string): string {
  return description.replace(
    /(?:\b(?:but )?(?:not|excluding|except|other than|rather than|unlike|instead of|nicht|kein|keine|außer|sauf|pas|excepto|tranne|non|exceto|behalve)\b)[^.;,:()]*/giu,
    ' ',
  );
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
