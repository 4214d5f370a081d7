import { ClassifierError } from '../domain/errors.ts';
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

/** The limits of one text. */
export interface TextLimits {
  /** A text of more pages is refused. */
  readonly maxTextPages: number;
  /** How deep elements of HTML may nest; deeper ones are read as siblings. */
  readonly maxHtmlDepth: number;
}

/** About what a printed page holds. */
const charactersPerPage = 4000;

/**
 * Reads a text as a document with pages: a form feed ends one, and so do 4,000 characters, at the end of a line where
 * there is one near. HTML is read as its words. Only what is selected is held in memory. Throws `invalid_request` when
 * the text has none of the selected pages, `document_corrupt` when it has more than `maxTextPages`.
 */
export async function readTextDocument(
  bytes: AsyncIterable<Uint8Array>,
  selection: PageSelection,
  { maxTextPages, maxHtmlDepth }: TextLimits,
): Promise<TextDocument> {
  // A text has fewer pages than bytes; which of them are wanted does not depend on how many there are.
  const wanted = new Set(selectPages(selection, Number.MAX_SAFE_INTEGER));
  const pages: TextPage[] = [];
  const splitter = createPageSplitter((pageNumber, textOfPage) => {
    if (wanted.has(pageNumber)) pages.push({ pageNumber, text: textOfPage() });
  });
  for await (const piece of wordsOf(decodeText(bytes), maxHtmlDepth)) {
    if (splitter.add(piece) > maxTextPages) throw tooManyPages(maxTextPages);
  }
  const pageCount = splitter.end();
  if (pages.length === 0) selectPages(selection, pageCount);
  return { pageCount, pages };
}

/** A page of the web is read as its reader sees it. */
async function* wordsOf(pieces: AsyncIterable<string>, maxHtmlDepth: number): AsyncGenerator<string> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = { [Symbol.asyncIterator]: () => withFirst(first.value, iterator) };
  if (looksLikeHtml(first.value)) yield* htmlToText(all, maxHtmlDepth);
  else yield* all;
}

async function* withFirst(first: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Cuts text that comes in pieces into pages. A page that nobody wants costs no copy of its text. */
function createPageSplitter(onPage: (pageNumber: number, text: () => string) => void) {
  let pageCount = 0;
  let rest = '';

  function addPage(from: number, to: number): void {
    pageCount += 1;
    onPage(pageCount, () => rest.slice(from, to));
  }

  return {
    /** Returns the number of pages that are complete. */
    add(piece: string): number {
      rest += piece;
      let from = 0;
      // Found once and passed once, however many pages lie before it.
      let feed = rest.indexOf('\f');
      for (;;) {
        if (feed >= 0 && feed <= from + charactersPerPage) {
          addPage(from, feed);
          from = feed + 1;
          feed = rest.indexOf('\f', from);
        } else if (rest.length - from > charactersPerPage) {
          const { end, next } = endOfFullPage(rest, from);
          addPage(from, end);
          from = next;
        } else break;
      }
      rest = rest.slice(from);
      return pageCount;
    },
    /**
     * Returns the number of pages: one at least. What follows the last form feed is a page only when there is
     * something.
     */
    end(): number {
      if (pageCount === 0 || rest.trim() !== '') addPage(0, rest.length);
      return pageCount;
    },
  };
}

/** Where to end a full page: at the end of a line, else of a word, if there is one in its second half. */
function endOfFullPage(text: string, from: number): { readonly end: number; readonly next: number } {
  const head = text.slice(from, from + charactersPerPage);
  for (const separator of ['\n', ' ']) {
    const at = head.lastIndexOf(separator);
    if (at > charactersPerPage / 2) return { end: from + at, next: from + at + 1 };
  }
  // Never between the halves of one character.
  const length = /[\uD800-\uDBFF]$/.test(head) ? charactersPerPage - 1 : charactersPerPage;
  return { end: from + length, next: from + length };
}

function tooManyPages(maxTextPages: number): ClassifierError {
  const detail = `This text has more than ${maxTextPages} pages; a form feed or 4,000 characters end a page.`;
  return new ClassifierError('document_corrupt', detail);
}
