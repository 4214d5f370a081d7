import { LRUCache } from 'lru-cache';
import type { Category } from '../../domain/category.ts';
import { foldText } from './fold-text.ts';
import { indexedKinds, type IndexedKind } from './kind-index.ts';
import { matchDefinition, matchName, noMatch } from './kind-names.ts';
import { contentStems, splitName, tokenize } from './tokenize.ts';
import { definitionWeights } from './weights.ts';

/** The meaning of a caller's category. */
export interface UnderstoodCategory {
  readonly category: Category;
  /** Kinds that the category means, each with how surely (0 to 1). */
  readonly kinds: ReadonlyMap<string, number>;
  /** Words of the name that its kind does not account for: "correction" in "invoice correction". */
  readonly qualifiers: readonly string[];
  /** "Other", "miscellaneous": for what is none of the rest. */
  readonly isRest: boolean;
  /** Content words of the name and of the description, stemmed. */
  readonly nameStems: readonly string[];
  readonly descriptionStems: readonly string[];
}

type Meaning = Omit<UnderstoodCategory, 'category'>;

/**
 * Callers come with the same categories for every page. Bounded by the characters of names and descriptions: some lists
 * fill a book.
 */
const known = new LRUCache<string, Meaning>({ maxSize: 1_000_000, sizeCalculation: (_, key) => key.length });

/**
 * A name means the kind whose longest name it holds; only a category whose name means none is looked up by its
 * description. `pause` is awaited between one category and the next.
 */
export async function understandCategories(
  categories: readonly Category[],
  pause: () => Promise<void>,
): Promise<UnderstoodCategory[]> {
  const items: UnderstoodCategory[] = [];
  for (const category of categories) {
    items.push({ category, ...recall(category) });
    await pause();
  }
  const direct = withoutTaken(items);
  const counts = new Map<string, number>();
  for (const id of direct.flatMap(({ kinds }) => [...kinds.keys()])) counts.set(id, (counts.get(id) ?? 0) + 1);
  return direct.map((understood) => {
    // "Vendor invoice" is a plain invoice, unless another category is there for invoices.
    const isOnlyOne = [...understood.kinds.keys()].every((id) => counts.get(id) === 1);
    return {
      ...understood,
      kinds: withCases(understood.kinds, new Set(counts.keys())),
      qualifiers: isOnlyOne ? [] : understood.qualifiers,
    };
  });
}

/** "Ticket" is also what the French call a receipt, but not where another category is there for receipts. */
function withoutTaken(items: readonly UnderstoodCategory[]): UnderstoodCategory[] {
  const taken = new Set(items.filter(({ kinds }) => kinds.size === 1).flatMap(({ kinds }) => [...kinds.keys()]));
  return items.map((item) => {
    const free = [...item.kinds].filter(([id]) => !taken.has(id));
    return item.kinds.size > 1 && free.length > 0 ? { ...item, kinds: new Map(free) } : item;
  });
}

/** Kinds that none of the categories means, nor a narrower or a wider one: what a page may be instead. */
export function kindsBeyond(items: readonly UnderstoodCategory[]): IndexedKind[] {
  const meant = new Set(items.flatMap(({ kinds }) => [...kinds.keys()]));
  const wider = new Set(indexedKinds.filter(({ id }) => meant.has(id)).flatMap(({ within }) => within));
  return indexedKinds.filter(({ id }) => !meant.has(id) && !wider.has(id));
}

const restNames = new Set(
  tokenize(
    foldText(`other others else misc miscellaneous none unknown uncategorized uncategorised unclassified unsorted general
    sonstiges sonstige andere anderes übrige rest autre autres divers otro otros otra otras varios altro altri varie vari
    outro outros overig overige anders inne övrigt annat その他 他 其他 другое прочее иное أخرى`),
  ),
);
const wordsBesideRest = new Set(
  tokenize(
    foldText(
      'document documents type types kind kinds category paper papers file files page the of above dokument dokumente',
    ),
  ),
);

/** True for names such as `other`, `Other documents`, `none_of_the_above`, `Sonstiges`. */
function isRestName(words: readonly string[]): boolean {
  return (
    words.some((word) => restNames.has(word)) && words.every((word) => restNames.has(word) || wordsBesideRest.has(word))
  );
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
  const isRest = isRestName(nameWords);
  const nameMatch = isRest ? noMatch : matchName(category.name);
  const kinds = new Map<string, number>();
  for (const id of nameMatch.ids) kinds.set(id, 1);
  if (kinds.size === 0)
    for (const id of matchDefinition(descriptionWords.slice(0, 25))) kinds.set(id, definitionWeights.sureness);
  const nameStems = isRest ? [] : contentStems(nameWords);
  const inName = new Set(nameStems);
  return {
    kinds,
    qualifiers: nameMatch.ids.length === 0 ? [] : nameStems.filter((word) => !nameMatch.used.has(word)),
    isRest,
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
