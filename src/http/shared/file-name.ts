const maxCharacters = 255;

/**
 * A caller's file name made fit to be shown: without folders, control and direction-changing characters, at most 255
 * characters. It is never used as a path or a key.
 */
export function displayFileName(given: string): string {
  const [name = ''] = unescaped(given).split(/[/\\]/).slice(-1);
  // Cc: controls; Cf: invisible ones, among them those that turn the reading direction; Cs: halves of characters.
  const visible = name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  const cut = Array.from(visible).slice(0, maxCharacters).join('').trim();
  return cut === '' || cut === '.' || cut === '..' ? 'document' : cut;
}

/**
 * The three characters that a form escapes in a file name (HTML, "multipart/form-data encoding algorithm"), and no
 * others.
 */
function unescaped(given: string): string {
  return given.replace(/%22/g, '"').replace(/%0[AD]/gi, ' ');
}
