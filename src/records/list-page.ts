import { mapBounded } from '../domain/map-bounded.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { decodeCursor, encodeCursor, type CursorField } from './cursor.ts';

export interface PageQuery {
  readonly maxPageSize: number;
  readonly sortDir: 'asc' | 'desc';
  /** Where an earlier page ended; opaque. */
  readonly nextPageToken?: string;
  /** What the caller's contract calls that; `nextPageToken` when absent. */
  readonly cursorField?: CursorField;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent when there are no more. */
  readonly nextPageToken?: string;
}

export const sortFields = ['createdAt', 'updatedAt'] as const;

export interface SortedPageQuery extends PageQuery {
  readonly sortBy: (typeof sortFields)[number];
}

export interface PageEntry<T> {
  /** The sort key, as text (by UTF-16 units); no two entries share one. */
  readonly position: string;
  /** Undefined when it is gone, or does not match. */
  readonly read: () => Promise<T | undefined>;
}

/** Objects of the store to read or write at a time for one request. */
export const readsAtOnce = 16;

/**
 * Reads the page after the cursor, and no more entries than needed. `scope` names the list. Throws `invalid_request`
 * for a wrong cursor.
 */
export async function takePage<T>(
  entries: readonly PageEntry<T>[],
  scope: string,
  { maxPageSize, sortDir, nextPageToken, cursorField: field }: PageQuery,
): Promise<Page<T>> {
  const orderedScope = `${scope}\0${sortDir}`;
  const after = nextPageToken === undefined ? undefined : decodeCursor(nextPageToken, orderedScope, { field });
  const compare = (a: string, b: string) => (sortDir === 'asc' ? 1 : -1) * (a < b ? -1 : Number(a > b));
  const remaining = entries
    .filter(({ position }) => after === undefined || compare(position, after) > 0)
    .toSorted((a, b) => compare(a.position, b.position));
  const found: { readonly position: string; readonly item: T }[] = [];
  // One more than the page holds tells whether another one follows.
  for (let start = 0; start < remaining.length && found.length <= maxPageSize; start += readsAtOnce) {
    found.push(...(await readAll(remaining.slice(start, start + readsAtOnce))));
  }
  const page = found.slice(0, maxPageSize);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    ...(last && found.length > maxPageSize && { nextPageToken: encodeCursor(last.position, orderedScope) }),
  };
}

export interface Definition {
  /** Made by `newId`, so that ids are in the order of creation. */
  readonly id: string;
  readonly updatedAt: string;
}

/**
 * A page of definitions by creation, which their ids tell, or by their last change, which needs all of them. `read`
 * returns undefined for what is gone or does not match.
 */
export async function listDefinitions<T extends Definition>(
  ids: readonly string[],
  read: (id: string) => Promise<T | undefined>,
  scope: string,
  query: SortedPageQuery,
): Promise<Page<T>> {
  const entries = ids.map((id) => ({ position: id, read: () => read(id) }));
  const sortedScope = `${scope}\0${query.sortBy}`;
  if (query.sortBy === 'createdAt') return takePage(entries, sortedScope, query);
  const all = (await readAll(entries)).map(({ item }) => ({
    position: `${item.updatedAt} ${item.id}`,
    read: () => Promise.resolve(item),
  }));
  return takePage(all, sortedScope, query);
}

/** The names between the prefix, which ends in `/`, and the suffix of keys that have both; names contain no `/`. */
export async function namesBelow(store: ObjectStore, prefix: string, suffix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of store.list(prefix)) {
    const name = key.slice(prefix.length, -suffix.length);
    if (key.endsWith(suffix) && !name.includes('/')) names.push(name);
  }
  return names;
}

/** Those that are there. */
async function readAll<T>(entries: readonly PageEntry<T>[]): Promise<{ position: string; item: T }[]> {
  const found = await mapBounded(entries, readsAtOnce, async ({ position, read }) => ({
    position,
    item: await read(),
  }));
  return found.flatMap(({ position, item }) => (item === undefined ? [] : { position, item }));
}
