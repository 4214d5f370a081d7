import { createHash } from 'node:crypto';
import { normalizeLabel, type Category } from '../../domain/category.ts';

/** A category as the model is asked about it: it answers with the code. */
export interface Option {
  readonly code: string;
  readonly category: Category;
}

/**
 * Gives each category a short code, in an order that depends on the seed alone and not on the caller's order.
 *
 * Codes and not names, because a code is one token: its log-probability is the category's, the alternatives at that
 * place are the other categories, and "invoice" and "invoice correction" share no prefix. The answer's JSON schema
 * then depends on the number of categories only, so servers that compile schemas compile one, and no text of a
 * caller's stands in it.
 */
export function assignOptions(categories: readonly Category[], seed: string): Option[] {
  const sorted = categories.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const codes = codesFor(sorted);
  return shuffle(sorted, seed).map((category, index) => ({ code: codes[index] ?? String(index), category }));
}

/**
 * The first family with enough codes that are not themselves a category's name, punctuation aside: `A+` is an A to many
 * a model.
 */
function codesFor(categories: readonly Category[]): string[] {
  const names = new Set(categories.map(({ name }) => normalizeLabel(name).toUpperCase()));
  const free = codeFamilies.map((family) => family.filter((code) => !names.has(code)));
  return free.find((family) => family.length >= categories.length) ?? [];
}

const singleLetters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

/**
 * Two consonants: nearly all such pairs are one token in o200k_base and in cl100k_base, whose merges Llama 3 and Qwen
 * took over. Left out are the pairs that are two tokens there and those that mean a document to a reader.
 */
const leftOut = new Set(['FV', 'LH', 'LW', 'VH', 'VW', 'WV', 'CV', 'HR', 'PS', 'TV', 'PR']);
const pairLetters = Array.from('BCDFGHLMNPRSTVW');
const letterPairs = pairLetters
  .flatMap((first) => pairLetters.map((second) => first + second))
  .filter((code) => !leftOut.has(code));

/**
 * One token in the same vocabularies; digit by digit elsewhere. For callers whose names are letter pairs themselves.
 */
const numbers = Array.from({ length: 800 }, (_, index) => String(101 + index));

const codeFamilies = [singleLetters, letterPairs, numbers] as const;

/** Fisher-Yates with a generator seeded by the text: the same seed and list give the same order everywhere. */
export function shuffle<T>(items: readonly T[], seed: string): T[] {
  const random = createRandom(seed);
  const rest = [...items];
  const shuffled: T[] = [];
  while (rest.length > 0) shuffled.push(...rest.splice(random() % rest.length, 1));
  return shuffled;
}

/** xorshift32 over the first bytes of a SHA-256; not for secrets. */
function createRandom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
