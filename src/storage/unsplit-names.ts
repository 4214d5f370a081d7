import { ClassifierError } from '../domain/errors.ts';
import type { ObjectStore } from './object-store.ts';
import { unsplitKey } from './path-segment.ts';

/**
 * Reads and deletes by today's key what an earlier version stored under a long id in one segment. No file system has
 * such a name, but S3 may.
 */
export function withUnsplitNames(store: ObjectStore): ObjectStore {
  async function orUnsplit<T>(key: string, read: (key: string) => Promise<T | undefined>): Promise<T | undefined> {
    const found = await read(key);
    const earlier = found === undefined ? unsplitKey(key) : undefined;
    return earlier === undefined ? found : unlessRefused(() => read(earlier));
  }

  async function andUnsplit(key: string, remove: (key: string) => Promise<void>): Promise<void> {
    const earlier = unsplitKey(key);
    // First: as long as today's objects exist, an interrupted deletion is found and repeated.
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

/** A server with files refuses such a name; then there is nothing. */
async function unlessRefused<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ClassifierError && !error.retryable) return undefined;
    throw error;
  }
}
