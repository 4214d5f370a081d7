/** A number and its noun: `1 page`, `2 pages`. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/**
 * Characters as a reader counts them, and as JSON Schema's maxLength does: an emoji is one, although JavaScript's
 * `length` says two.
 */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whether a name contains a part, ignoring case and the ways to write an accent, in which file systems differ. */
export function containsText(name: string, part: string): boolean {
  return fold(name).includes(fold(part));
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
