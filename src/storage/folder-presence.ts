import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { storageUnavailable } from '../domain/error-sentences.ts';
import { ExternalFailure } from '../domain/errors.ts';
import { hasErrorCode, unlessMissing } from './file-system.ts';
import { makeDirectory } from './folder-files.ts';
import type { ObjectStore } from './object-store.ts';

/** No object's file is called so: `~` is encoded. */
const markName = '~store';
const markText = 'Pigeonhole keeps its documents here. Without this file the folder counts as away.\n';

export interface PresenceOptions {
  readonly store: ObjectStore;
  /** The folder of the objects. */
  readonly root: string;
  /** Maps errors of the file system to those of the store. */
  readonly mapped: (error: unknown) => unknown;
}

/**
 * Distinguishes an absent store from a missing object. If a volume is unmounted or a folder moved, every file is
 * missing and jobs would fail for good; nothing may be written there either, as the volume would hide it later. A mark
 * in the folder shows that it is there: created at first use, and checked before every write and after every miss.
 * Throws `storage_unavailable` without it.
 */
export function withPresence({ store, root, mapped }: PresenceOptions): ObjectStore {
  const mark = join(root, markName);
  let isKnown = false;

  async function assertPresent(): Promise<void> {
    try {
      if (await unlessMissing(stat(mark))) isKnown = true;
      else if (isKnown)
        throw storageUnavailable(new ExternalFailure(`the folder of the store is away: no ${markName}`));
      else await makeMark();
    } catch (error) {
      throw mapped(error);
    }
  }

  /** A new store, or one older than marks. */
  async function makeMark(): Promise<void> {
    await makeDirectory(root);
    await writeFile(mark, markText, { flag: 'wx', flush: true }).catch((error: unknown) => {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    });
    isKnown = true;
  }

  async function unlessAway<T>(pending: Promise<T | undefined> | undefined): Promise<T | undefined> {
    const found = await pending;
    if (found === undefined) await assertPresent();
    return found;
  }

  async function* allOrAway<T>(found: AsyncIterable<T>): AsyncGenerator<T> {
    yield* found;
    // A store that vanished midway looks as if it had no more objects.
    await assertPresent();
  }

  return {
    ...store,
    async put(...args) {
      await assertPresent().catch((error: unknown) => {
        if (args[1] instanceof Readable) args[1].destroy();
        throw error;
      });
      return store.put(...args);
    },
    get: (key) => unlessAway(store.get(key)),
    getStream: (key) => unlessAway(store.getStream(key)),
    ...(store.localPath && { localPath: (key: string) => unlessAway(store.localPath?.(key)) }),
    head: (key) => unlessAway(store.head(key)),
    async copy(fromKey, toKey) {
      await assertPresent();
      return store.copy(fromKey, toKey);
    },
    async delete(key) {
      await assertPresent();
      await store.delete(key);
    },
    async deletePrefix(prefix) {
      await assertPresent();
      await store.deletePrefix(prefix);
    },
    list: (...args) => allOrAway(store.list(...args)),
    folders: (prefix) => allOrAway(store.folders(prefix)),
    async check() {
      await assertPresent();
      await store.check();
    },
  };
}
