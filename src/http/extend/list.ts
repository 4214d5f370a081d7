import { z } from 'zod';
import { sortFields, type SortedPageQuery } from '../../records/list-page.ts';
import { fieldError } from '../../domain/field-error.ts';

export const pageSizes = { preset: 20, max: 100 } as const;

/** `{object: "list", data, nextPageToken?}`: the token stands there only when there is more. */
export interface ListBody<T> {
  readonly object: 'list';
  readonly data: readonly T[];
  readonly nextPageToken?: string;
}

export function toListBody<T>(data: readonly T[], nextPageToken: string | undefined): ListBody<T> {
  return { object: 'list', data, ...(nextPageToken !== undefined && { nextPageToken }) };
}

export function listSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({ object: z.literal('list'), data: z.array(item), nextPageToken: z.string().optional() });
}

export interface PageRequest {
  readonly maxPageSize: number;
  readonly nextPageToken?: string;
  readonly sortDir: 'asc' | 'desc';
}

/** Reads `?maxPageSize=&nextPageToken=&sortDir=`. Throws 400s that name the parameter. */
export function parsePageRequest(query: Readonly<Record<string, unknown>>): PageRequest {
  const nextPageToken = queryText(query, 'nextPageToken');
  return {
    maxPageSize: sizeOf(queryText(query, 'maxPageSize')),
    sortDir: queryChoice(query, 'sortDir', ['asc', 'desc']) ?? 'desc',
    ...(nextPageToken !== undefined && { nextPageToken }),
  };
}

/** The same with `?sortBy=`, which is `createdAt` unless it says otherwise. */
export function parseSortedPageRequest(query: Readonly<Record<string, unknown>>): SortedPageQuery {
  return { ...parsePageRequest(query), sortBy: queryChoice(query, 'sortBy', sortFields) ?? 'createdAt' };
}

/** A parameter that may stand once; blank counts as absent. */
export function queryText(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw fieldError(name, 'must be given once');
  // No stored value has any, and Temporal takes them for the end of a text.
  if (/\p{Cc}/u.test(value)) throw fieldError(name, 'must not hold control characters');
  return value;
}

/** A parameter that is one of a few words. */
export function queryChoice<T extends string>(
  query: Readonly<Record<string, unknown>>,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = queryText(query, name);
  if (value === undefined) return undefined;
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw fieldError(name, `must be one of ${choices.join(', ')}; got "${value.slice(0, 40)}"`);
}

function sizeOf(value: string | undefined): number {
  if (value === undefined) return pageSizes.preset;
  const size = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (size >= 1 && size <= pageSizes.max) return size;
  throw fieldError('maxPageSize', `must be a whole number from 1 to ${pageSizes.max}; got "${value.slice(0, 40)}"`);
}
