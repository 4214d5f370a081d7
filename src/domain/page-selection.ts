import { countOf } from './text.ts';
import { ClassifierError } from './errors.ts';
import { fieldError } from './field-error.ts';

export interface PageRange {
  /** 1-based, inclusive. */
  readonly first: number;
  /** Inclusive; absent means to the end of the document. */
  readonly last?: number;
}

/** Which pages to read: all ranges (none means every page), then the first `maxPages` of them. */
export interface PageSelection {
  readonly ranges: readonly PageRange[];
  readonly maxPages: number;
}

const largestPageNumber = 1_000_000;
/** Every history holds them several times. */
export const maxPageRanges = 1000;

/**
 * Reads `1-3,7` or `5-` (1-based, blanks and a comma at the end ignored). Throws `invalid_request` naming the part that
 * is wrong.
 */
export function parsePageRanges(value: string): PageRange[] {
  const parts = value.replace(/,\s*$/, '').split(',', maxPageRanges + 1);
  if (parts.length > maxPageRanges) throw invalidPages(`pages must hold at most ${maxPageRanges} ranges`);
  return parts.map((part) => {
    // Blanks around a number are ignored, not inside: `1 2` is no twelve.
    const match = /^(\d+)(?:\s*(-)\s*(\d+)?)?$/.exec(part.trim());
    if (!match) throw invalidPages(`pages must look like "1-3,7" or "5-"; "${part.trim().slice(0, 40)}" does not`);
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : match[3] === undefined ? undefined : Number(match[3]);
    if (first < 1) throw invalidPages('pages are counted from 1; got 0');
    if (first > largestPageNumber || (last ?? 0) > largestPageNumber) {
      throw invalidPages(`pages must not name a page beyond ${largestPageNumber}; got ${match[0]}`);
    }
    if (last !== undefined && last < first) throw invalidPages(`pages must not run backwards; got ${match[0]}`);
    return last === undefined ? { first } : { first, last };
  });
}

/**
 * Resolves a selection in a document of `pageCount` pages: in document order, each page once, at most `maxPages`.
 * Throws `invalid_request` when the document has none of them.
 */
export function selectPages(selection: PageSelection, pageCount: number): number[] {
  const { ranges, maxPages } = selection;
  const wanted: number[] = [];
  const sorted = ranges.length === 0 ? [{ first: 1 }] : ranges.toSorted((a, b) => a.first - b.first);
  let next = 1;
  for (const range of sorted) {
    const end = Math.min('last' in range && range.last !== undefined ? range.last : pageCount, pageCount);
    for (let page = Math.max(next, range.first); page <= end && wanted.length < maxPages; page++) wanted.push(page);
    next = Math.max(next, end + 1);
  }
  if (wanted.length === 0) {
    const pages = countOf(pageCount, 'page');
    throw new ClassifierError('invalid_request', `None of the requested pages exists: this document has ${pages}.`);
  }
  return wanted;
}

function invalidPages(detail: string): ClassifierError {
  return fieldError('pages', detail, { sentence: detail });
}
