/** The longest name to compare: the time grows with the product of the lengths. */
const maxLength = 40;

/**
 * Finds the name that a caller may have meant: the one with the fewest letters to change, where these are few. Ignores
 * case, `_` and `-`, and all but the end of a path (`pages.maxPages`). Undefined if none is near.
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  if (given.length > maxLength) return undefined;
  const plain = plainName(given);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(plain, plainName(name.slice(name.lastIndexOf('.') + 1)));
    if (!best || distance < best.distance) best = { name, distance };
  }
  return best && best.distance <= Math.floor(plain.length / 3) ? best.name : undefined;
}

/** `maxpages` of `max_pages`, `maxPages` and `max-pages[]`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Levenshtein distance, row by row. */
function editDistance(from: string, to: string): number {
  const a = Array.from(from);
  const b = Array.from(to);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
