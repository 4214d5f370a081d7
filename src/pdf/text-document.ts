import { selectPages, type PageSelection } from '../domain/page-selection.ts';
import { decodeText } from './decode-text.ts';
import { htmlToText, looksLikeHtml } from './html-text.ts';

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
 * Reads a text as a document with pages: a form feed ends one, and so do 4,000 characters, at the end of a line where there is one near. HTML is
 * read as its words. Only what is selected is held in memory. Throws `invalid_request` when the text has none of the selected pages.
 */
export async function readTextDocument(
  bytes: AsyncIterable<Uint8Array>,
  selection: PageSelection,
): Promise<TextDocument> {
  // A text has fewer pages than bytes; which of them are wanted does not depend on how many there are.
  const wanted = new Set(selectPages(selection, Number.MAX_SAFE_INTEGER));
  const pages: TextPage[] = [];
  let pageCount = 0;
  for await (const text of splitPages(wordsOf(decodeText(bytes)))) {
    pageCount += 1;
    if (wanted.has(pageCount)) pages.push({ pageNumber: pageCount, text });
  }
  if (pages.length === 0) selectPages(selection, pageCount);
  return { pageCount, pages };
}

/** A page of the web is read as its reader sees it. */
async function* wordsOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = { [Symbol.asyncIterator]: () => withFirst(first.value, iterator) };
  if (looksLikeHtml(first.value)) yield* htmlToText(all);
  else yield* all;
}

async function* withFirst(first: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* splitPages(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  let isFirst = true;
  for await (const piece of pieces) {
    rest += piece;
    for (let end = endOfPage(rest); end !== undefined; end = endOfPage(rest)) {
      yield rest.slice(0, end.text);
      rest = rest.slice(end.next);
      isFirst = false;
    }
  }
  // What follows the last form feed is a page only when there is something; a document has one page at least.
  if (isFirst || rest.trim() !== '') yield rest;
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
