/** Letters that Unicode does not decompose, as they are written where a keyboard lacks them. */
const substitutes: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
};

/**
 * Folds what writers and OCR treat as one: case, width, accents of Latin, Greek and Cyrillic letters, vowel marks of
 * Arabic and Hebrew. Marks that make another letter (Japanese, Indic scripts) stay.
 */
export function foldText(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f]+/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ßøłđðıæœþ]/g, (letter) => substitutes[letter] ?? letter);
}

/** Letters and digits alone: what is left when OCR loses the spaces, or a title is set w i d e. */
export function squeeze(folded: string): string {
  return folded.replace(/[^\p{L}\p{N}]+/gu, '');
}

const endings = /(?:ings|ing|ies|ungs|ers|ens|ern|es|ed|en|er|as|os|is|us|s|e|n|a|o|i|y)$/;
const shortestStem = 4;

/**
 * Cuts one ending of number, gender or case, as the large European languages have them, where at least four letters
 * stay: "invoices" and "invoicing", "facturas" and "factura", "Rechnungen" and "Rechnung" meet. Coarse on purpose: it
 * needs no knowledge of the language.
 */
export function stem(foldedWord: string): string {
  const stemmed = foldedWord.replace(endings, '');
  return stemmed.length >= shortestStem ? stemmed : foldedWord;
}
