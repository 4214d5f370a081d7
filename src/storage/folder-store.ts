import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { ClassifierError } from '../domain/errors.ts';
import { storageRefused, storageUnavailable } from '../domain/error-sentences.ts';
import { isOwnMistake, unlessMissing } from './file-system.ts';
import { copyObject } from './folder-copy.ts';
import {
  etagOf,
  linkNew,
  ensureLaterTime,
  pruneEmpty,
  readWhole,
  removeLeftovers,
  syncDirectory,
  withFolderOf,
  type WrittenFile,
  writeTemporaryFile,
} from './folder-files.ts';
import { createFolderLock } from './folder-lock.ts';
import { withPresence } from './folder-presence.ts';
import { entryName, folderPath, objectPath } from './folder-paths.ts';
import { assertFolderPrefix, assertListPrefix, assertObjectKey, compareKeys } from './object-key.ts';
import {
  type ListedObject,
  type ObjectFacts,
  type ObjectStore,
  PreconditionFailed,
  type PutOptions,
} from './object-store.ts';
import { putFailure, withMappedErrors } from './streams.ts';

export interface FolderStoreOptions {
  /** Holds `objects/` (the objects), `temporary/` (writes under way) and `locks/`. */
  readonly directory: string;
}

/** An ObjectStore in a local folder, which any number of processes may share. */
export function createFolderStore(storeOptions: FolderStoreOptions): ObjectStore {
  const directory = resolve(storeOptions.directory);
  const root = join(directory, 'objects');
  const temporary = join(directory, 'temporary');
  const withLock = createFolderLock({ directory: join(directory, 'locks') });

  const store: ObjectStore = {
    async put(key, body, options = {}) {
      assertObjectKey(key);
      const { signal } = options;
      try {
        signal?.throwIfAborted();
        const hasCondition = isConditional(options);
        const written = await writeTemporaryFile(temporary, body, { hasOwnTime: hasCondition, signal });
        try {
          return await (hasCondition
            ? withLock(key, () => publishIfMet(key, written, options))
            : publish(key, written, options));
        } catch (error) {
          await rm(written.path, { force: true });
          throw error;
        }
      } catch (error) {
        if (body instanceof Readable) body.destroy();
        throw putFailure(error, signal, mapped);
      }
    },

    async get(key) {
      const found = await openObject(key);
      if (!found) return undefined;
      try {
        return { bytes: await readWhole(found.handle, found.facts), etag: etagOf(found.facts) };
      } catch (error) {
        throw mapped(error);
      } finally {
        await found.handle.close();
      }
    },

    async getStream(key) {
      const found = await openObject(key);
      if (!found) return undefined;
      const stream = withMappedErrors(found.handle.createReadStream(), mapped);
      return { stream, facts: objectFacts(key, found.facts) };
    },

    async localPath(key) {
      assertObjectKey(key);
      const path = objectPath(root, key);
      return (await statIfThere(path)) && path;
    },

    async head(key) {
      assertObjectKey(key);
      const facts = await statIfThere(objectPath(root, key));
      return facts && objectFacts(key, facts);
    },

    async copy(fromKey, toKey) {
      assertObjectKey(fromKey);
      assertObjectKey(toKey);
      const [from, to] = [objectPath(root, fromKey), objectPath(root, toKey)];
      return guarded(() => copyObject({ from, to, temporary }));
    },

    async delete(key) {
      assertObjectKey(key);
      const path = objectPath(root, key);
      await guarded(async () => {
        await withLock(key, () => unlessMissing(rm(path, { force: true })));
        await unlessMissing(syncDirectory(dirname(path)));
        await pruneEmpty(dirname(path), root);
      });
    },

    async deletePrefix(prefix) {
      assertFolderPrefix(prefix);
      const path = folderPath(root, prefix);
      await guarded(async () => {
        await unlessMissing(rm(path, { recursive: true, force: true, maxRetries: 3 }));
        await unlessMissing(syncDirectory(dirname(path)));
        await pruneEmpty(dirname(path), root);
      });
    },

    async *list(prefix, { after } = {}) {
      assertListPrefix(prefix);
      yield* walk(prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, after);
    },

    async *folders(prefix) {
      assertFolderPrefix(prefix);
      for (const key of await entriesOf(prefix)) {
        if (key.endsWith('/')) yield key.slice(prefix.length, -1);
      }
    },

    async check() {
      await guarded(async () => {
        const probe = await writeTemporaryFile(temporary, Buffer.from('check'), { hasOwnTime: false });
        await unlink(probe.path);
        await removeLeftovers(temporary);
      });
    },
  };
  return withPresence({ store, root, mapped });

  /** Runs under the key's lock; checks the condition here and nowhere earlier. */
  async function publishIfMet(key: string, written: WrittenFile, options: PutOptions): Promise<ObjectFacts> {
    const existing = await statIfThere(objectPath(root, key));
    if (options.ifNoneMatch && existing) throw new PreconditionFailed(`an object has the key ${key}`);
    if (options.ifMatch !== undefined && (!existing || etagOf(existing) !== options.ifMatch)) {
      throw new PreconditionFailed(`the object ${key} is no longer the one that was read`);
    }
    return publish(key, { ...written, facts: await ensureLaterTime(written, existing) }, options);
  }

  /** Gives the written file its name, down to the disk. */
  async function publish(key: string, written: WrittenFile, options: PutOptions): Promise<ObjectFacts> {
    const path = objectPath(root, key);
    await withFolderOf(path, () => (options.ifNoneMatch ? linkNew(written.path, path) : rename(written.path, path)));
    await syncDirectory(dirname(path));
    return objectFacts(key, written.facts);
  }

  async function openObject(key: string): Promise<{ handle: FileHandle; facts: BigIntStats } | undefined> {
    assertObjectKey(key);
    return guarded(async () => {
      const handle = await unlessMissing(open(objectPath(root, key), 'r'));
      if (!handle) return undefined;
      try {
        return { handle, facts: await handle.stat({ bigint: true }) };
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async function* walk(folder: string, prefix: string, after: string | undefined): AsyncGenerator<ListedObject> {
    const keys = await entriesOf(folder);
    // Left by a deleter that was killed between the object and its folder. A writer whose folder disappears makes it
    // again.
    if (keys.length === 0) await guarded(() => pruneEmpty(folderPath(root, folder), root));
    for (const key of keys) {
      if (!key.startsWith(prefix) || isPassed(key, after)) continue;
      if (key.endsWith('/')) {
        yield* walk(key, prefix, after);
        continue;
      }
      const facts = await statIfThere(objectPath(root, key));
      if (facts) yield { ...objectFacts(key, facts), modifiedAt: facts.mtime };
    }
  }

  /** The keys directly below a folder, in their order; those of folders end in `/`. */
  async function entriesOf(folder: string): Promise<string[]> {
    const path = folderPath(root, folder);
    const entries = (await guarded(() => unlessMissing(readdir(path, { withFileTypes: true })))) ?? [];
    const keys = entries.flatMap((entry) => {
      const name = entryName(entry.name, entry.isDirectory());
      return name === undefined ? [] : [folder + name];
    });
    return keys.toSorted(compareKeys);
  }
}

/** Only a conditional write must lock others out. Otherwise the last writer wins, and renaming is one step. */
function isConditional({ ifMatch, ifNoneMatch }: PutOptions): boolean {
  return ifMatch !== undefined || ifNoneMatch !== undefined;
}

/** A folder that holds `after` is only partly passed. */
function isPassed(key: string, after: string | undefined): boolean {
  if (after === undefined || (key.endsWith('/') && after.startsWith(key))) return false;
  return compareKeys(key, after) <= 0;
}

function statIfThere(path: string): Promise<BigIntStats | undefined> {
  return guarded(() => unlessMissing(stat(path, { bigint: true })));
}

async function guarded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw mapped(error);
  }
}

function mapped(error: unknown): unknown {
  if (error instanceof ClassifierError || error instanceof PreconditionFailed) return error;
  return isOwnMistake(error) ? storageRefused(error) : storageUnavailable(error);
}

function objectFacts(key: string, facts: BigIntStats): ObjectFacts {
  return { key, sizeBytes: Number(facts.size), etag: etagOf(facts) };
}
