import { foldText, stem } from './fold-text.ts';

/** Scripts written without spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Splits folded text into words: runs of letters or of digits; by dictionary where a script has no spaces. What an
 * apostrophe leaves of an article or an ending goes: "driver's" is "driver", "d'identité" is "identite".
 */
export function tokenize(folded: string): string[] {
  const words: string[] = [];
  for (const [run] of folded.matchAll(/[\p{L}\p{M}]+(?:['’´`][\p{L}\p{M}]+)*|\p{N}+/gu)) {
    if (unspaced.test(run)) {
      for (const part of segmenter.segment(run)) if (part.isWordLike === true) words.push(part.segment);
    } else {
      const parts = run.split(/['’´`]/u);
      words.push(...(parts.length === 1 ? parts : parts.filter((part) => part.length > 1)));
    }
  }
  return words;
}

/** Puts spaces where case or digits show that a word ends: names in code, and lines whose spaces OCR has lost. */
export function splitRunTogether(text: string): string {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/([:;,)])(\p{L})/gu, '$1 $2');
}

/** True for text whose words can only be found by a dictionary, so that it is better searched for as a whole. */
export function isUnspaced(text: string): boolean {
  return unspaced.test(text);
}

/** Splits a category's name into folded words: `bill_of_lading`, `bank-statement`, `bankStatement`, `W2Form`. */
export function splitName(name: string): string[] {
  return tokenize(foldText(splitRunTogether(name.replace(/[_\-./\\]+/g, ' '))));
}

/** Words that say nothing about what a document is, in the main languages, and those that every description has. */
const emptyWords = new Set(
  tokenize(
    foldText(`
a an the and or of to in for on by with from at as is are be been was were it its this that these those which who whom whose what when where how
into than then their his her your our my we you they he she not no any all each other such may can will would should usually often typically also
more most some one two between per about over under only same so if but do does has have had used uses using use include includes including
contain contains containing show shows showing list lists listing give gives given state states stating say says like well various kind type sort
document documents page pages file files record records paper category item example sample eg etc ie
der die das den dem des ein eine einer eines einem einen und oder von zu zur zum im in mit fur auf bei aus als ist sind wird werden nach uber unter
dokument dokumente unterlage seite seiten nicht auch sowie durch an am sich
le la les un une des du de et ou a au aux en dans par pour sur avec est sont ce cette ces qui que ne pas son sa ses leur leurs
el los las una unos unas y o del al en con por para es son se su sus que como no
il lo gli uno e di da in con su per tra fra non che si sono del della dei delle nel nella al alla
um uma os as do da dos das no na nos nas ao com e ou que se por para
het een en van de der in op met voor door bij of aan uit is zijn niet die dat
i w z na do o od za po dla przez jest sa nie sie oraz lub ze
och att det som ett av den med till pa ar inte eller fran vid
и в на с по для от из к о об не или за что как это
dokumenty documento documentos documenti dokumentu document
`),
  ),
);

/** True for a folded word that says nothing about what a document is. */
export function isEmptyWord(folded: string): boolean {
  return emptyWords.has(folded);
}

/** The words of a text that can tell categories apart: folded, stemmed, each once, in order. */
export function contentStems(words: readonly string[]): string[] {
  const stems = new Set<string>();
  for (const word of words) {
    const isLong = word.length > 1 || isUnspaced(word);
    if (isLong && !emptyWords.has(word) && !/^\p{N}+$/u.test(word)) stems.add(stem(word));
  }
  return [...stems];
}
