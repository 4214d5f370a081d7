import { selectPages, type PageSelection } from '../domain/page-selection.ts';
import { decodeText } from './decode-text.ts';

export interface TextPage {
  readonly pageNumber: number;
  readonly text: string;
}

export interface TextDocument {
  readonly pageCount: number;
  /** The selected pages, in document order. */
  readonly pages: readonly TextPage[];
}

/** About what a printed page holds. */
const charactersPerPage = 4000;

/**
 * Reads a text as a document with pages: a form feed ends one, and so do 4,000 characters, at the end of a line where there is one near. Only
 * what is selected is held in memory. Throws `invalid_request` when the text has none of the selected pages.
 */
export async function readTextDocument(
  bytes: AsyncIterable<Uint8Array>,
  selection: PageSelection,
): Promise<TextDocument> {
  // A text has fewer pages than bytes; which of them are wanted does not depend on how many there are.
  const wanted = new Set(selectPages(selection, Number.MAX_SAFE_INTEGER));
  const pages: TextPage[] = [];
  let pageCount = 0;
  for await (const text of splitPages(decodeText(bytes))) {
    pageCount += 1;
    if (wanted.has(pageCount)) pages.push({ pageNumber: pageCount, text });
  }
  if (pages.length === 0) selectPages(selection, Math.max(pageCount, 1));
  return { pageCount, pages };
}

async function* splitPages(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    rest += piece;
    for (let end = endOfPage(rest); end !== undefined; end = endOfPage(rest)) {
      yield rest.slice(0, end.text);
      rest = rest.slice(end.next);
    }
  }
  // What follows the last form feed is a page only when there is something.
  if (rest.trim() !== '') yield rest;
}

/** Where the first page ends and the next one begins; undefined while more text may belong to it. */
function endOfPage(text: string): { readonly text: number; readonly next: number } | undefined {
  const feed = text.slice(0, charactersPerPage + 1).indexOf('\f');
  if (feed >= 0) return { text: feed, next: feed + 1 };
  if (text.length <= charactersPerPage) return undefined;
  const head = text.slice(0, charactersPerPage);
  for (const separator of ['\n', ' ']) {
    const at = head.lastIndexOf(separator);
    if (at > charactersPerPage / 2) return { text: at, next: at + 1 };
  }
  // Never between the halves of one character.
  const cut = /[\uD800-\uDBFF]$/.test(head) ? charactersPerPage - 1 : charactersPerPage;
  return { text: cut, next: cut };
}
