/** Removes all copies of a character from the end of a text. One pass, where `/x+$/` begins anew at every `x`. */
export function trimEndOf(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
