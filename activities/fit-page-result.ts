import type { PageResult } from '../src/domain/contract.ts';

/**
 * What all page results of a run may have together, in bytes of JSON: Temporal refuses a payload of 2 MB, and the
 * result of the run holds them all.
 */
const allPagesBytes = 1_200_000;

/** Names, numbers and codes that every page result has, beside its class. */
const leastBytes = 400;

/**
 * Shortens a page's result until the results of all pages fit into the run's: first the least likely candidates go,
 * then the raw answer is cut, then warnings go. The class, its confidence and the page's number stay. With up to some
 * hundred pages nothing is ever cut.
 */
export function fitPageResult(page: PageResult, pageCount: number): PageResult {
  const bytes = Math.max(Math.floor(allPagesBytes / Math.max(pageCount, 1)), sizeOf(page.classification) + leastBytes);
  if (sizeOf(page) <= bytes) return page;
  const { candidates = [], warnings = [], rawResult, ...kept } = page;
  let fitted: PageResult = kept;
  for (const piece of [
    { rawResult: cutTo(rawResult ?? '', 100) },
    ...prefixesOf(warnings).map((some) => ({ warnings: some })),
    ...prefixesOf(candidates).map((some) => ({ candidates: some })),
  ]) {
    const tried = { ...fitted, ...piece };
    if (sizeOf(tried) <= bytes) fitted = tried;
  }
  return fitted;
}

function prefixesOf<T>(values: readonly T[]): readonly (readonly T[])[] {
  return values.map((_, index) => values.slice(0, index + 1));
}

/** Whole characters alone: half of a surrogate pair is no text. */
function cutTo(text: string, characters: number): string {
  return text.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '');
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
