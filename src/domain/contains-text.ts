/** Whether a name has a part, whatever the case of either, and however an accent is written: file systems differ in it. */
export function containsText(name: string, part: string): boolean {
  return fold(name).includes(fold(part));
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
