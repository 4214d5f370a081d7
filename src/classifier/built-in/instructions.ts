import type { Category } from '../../domain/category.ts';
import { foldText, stem } from './fold-text.ts';
import { splitName, tokenize } from './tokenize.ts';

/** Words that turn a sentence around, or may; folded, in the main languages. */
const negations = new Set(
  tokenize(
    foldText(`
not never no nor none neither without except excluding unless rather instead unlike don doesn isn aren cannot
nicht kein keine keinen keiner nie niemals ohne ausser statt pas jamais sans sauf aucun aucune ni nunca jamas sin excepto salvo ningun ninguna
non mai senza tranne eccetto nessun nessuna nao sem exceto nenhum niet geen nooit zonder behalve nie bez oprocz inte aldrig utan ingen
не нет никогда без кроме
`),
  ),
);

/**
 * Reads what can be read of instructions without understanding them: a sentence that names one category, and no other,
 * and negates nothing counts as a part of that category's description. "Receipts from restaurants are expenses" makes
 * "restaurants" a word for `expenses`; all else is passed over.
 */
export function withInstructions(
  categories: readonly Category[],
  instructions: string | undefined,
): readonly Category[] {
  if (instructions === undefined) return categories;
  const named = categories.map(({ name }) => splitName(name).map((word) => stem(word)));
  const additions = new Map<number, string[]>();
  for (const sentence of splitSentences(instructions)) {
    const words = tokenize(foldText(sentence));
    if (words.some((word) => negations.has(word))) continue;
    const [only, ...more] = namesIn(
      words.map((word) => stem(word)),
      named,
    );
    if (only !== undefined && more.length === 0) additions.set(only, [...(additions.get(only) ?? []), sentence]);
  }
  return categories.map((category, index) => {
    const added = additions.get(index);
    return added ? { ...category, description: [category.description ?? '', ...added].join('. ') } : category;
  });
}

function splitSentences(text: string): string[] {
  return text.split(/(?<=[.!?;。！？；])\s*|\n+/u).filter((sentence) => sentence.trim() !== '');
}

/** The categories that a sentence names; "invoice correction" names no "invoice". */
function namesIn(stems: readonly string[], named: readonly (readonly string[])[]): number[] {
  const taken = new Set<number>();
  const found = new Set<number>();
  const longestFirst = named
    .map((words, index) => ({ words, index }))
    .toSorted((a, b) => b.words.length - a.words.length);
  for (const { words, index } of longestFirst) {
    if (words.length === 0) continue;
    for (let start = 0; start + words.length <= stems.length; start++) {
      if (!words.every((word, offset) => stems[start + offset] === word && !taken.has(start + offset))) continue;
      for (const offset of words.keys()) taken.add(start + offset);
      found.add(index);
      // The next place of this name lies behind this one.
      start += words.length - 1;
    }
  }
  return [...found];
}
