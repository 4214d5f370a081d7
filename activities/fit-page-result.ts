import type { PageResult } from '../src/domain/contract.ts';

/**
 * The limit of all page results of a run together, in bytes of JSON. Temporal refuses a payload of 2 MB, and the result
 * of the run contains them all.
 */
const allPagesBytes = 1_200_000;

/** The fixed part of every page result. */
const leastBytes = 400;

/**
 * Shortens a page's result so that the results of all pages fit into the run's. First drops the least likely
 * candidates, then cuts the raw answer, then drops warnings. The class, its confidence and the page number stay. Cuts
 * nothing in documents of up to some hundred pages.
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

/** Cuts between whole characters: half a surrogate pair is no text. */
function cutTo(text: string, characters: number): string {
  return text.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '');
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
