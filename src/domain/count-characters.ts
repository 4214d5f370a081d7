/** Characters as a reader counts them, and as JSON Schema's maxLength does: an emoji is one, although JavaScript's `length` says two. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
