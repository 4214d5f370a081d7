import { ClassifierError } from '../domain/errors.ts';
import type { ObjectStore } from './object-store.ts';
import { unsplitKey } from './path-segment.ts';

/**
 * Finds what an earlier version put under a long id in one segment, which no file system holds but S3 may: it is read,
 * and deleted, by today's key.
 */
export function withUnsplitNames(store: ObjectStore): ObjectStore {
  async function orUnsplit<T>(key: string, read: (key: string) => Promise<T | undefined>): Promise<T | undefined> {
    const found = await read(key);
    const earlier = found === undefined ? unsplitKey(key) : undefined;
    return earlier === undefined ? found : unlessRefused(() => read(earlier));
  }

  async function andUnsplit(key: string, remove: (key: string) => Promise<void>): Promise<void> {
    const earlier = unsplitKey(key);
    // First: as long as today's objects are there, an interrupted deletion is found and done again.
    if (earlier !== undefined) await unlessRefused(() => remove(earlier));
    await remove(key);
  }

  return {
    ...store,
    get: (key) => orUnsplit(key, (name) => store.get(name)),
    getStream: (key) => orUnsplit(key, (name) => store.getStream(name)),
    head: (key) => orUnsplit(key, (name) => store.head(name)),
    copy: async (from, to) =>
      (await orUnsplit(from, async (name) => (await store.copy(name, to)) || undefined)) === true,
    delete: (key) => andUnsplit(key, (name) => store.delete(name)),
    deletePrefix: (prefix) => andUnsplit(prefix, (name) => store.deletePrefix(name)),
  };
}

/** A server that keeps objects as files refuses such a name, and then there is nothing. */
async function unlessRefused<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ClassifierError && !error.retryable) return undefined;
    throw error;
  }
}
