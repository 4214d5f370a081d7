import { createHash } from 'node:crypto';
import { readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { storageUnavailable } from '../domain/error-sentences.ts';
import { hasErrorCode, makeFolder } from './file-system.ts';
import { formatOwner, isGone, parseOwner, thisProcess } from './process-owner.ts';

export interface FolderLockOptions {
  readonly directory: string;
  /** A lock is held for a few file system calls only; one this old was left behind by a process on another host. */
  readonly staleMs?: number;
  readonly timeoutMs?: number;
}

export type KeyLock = <T>(key: string, action: () => Promise<T>) => Promise<T>;

/** Runs actions on the same key one after the other, across all processes on the folder. */
export function createFolderLock({ directory, staleMs = 15_000, timeoutMs = 30_000 }: FolderLockOptions): KeyLock {
  const queues = new Map<string, Promise<unknown>>();

  return async (key, action) => {
    const path = join(directory, createHash('sha256').update(key).digest('hex'));
    // Writers of this process queue here; only the first of them contends for the file.
    const previous = queues.get(path) ?? Promise.resolve();
    const result = previous.then(() => holding(path, action));
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    queues.set(path, settled);
    try {
      return await result;
    } finally {
      if (queues.get(path) === settled) queues.delete(path);
    }
  };

  async function holding<T>(path: string, action: () => Promise<T>): Promise<T> {
    await acquire(path);
    try {
      return await action();
    } finally {
      await removeIfThere(path);
    }
  }

  async function acquire(path: string): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await createLock(path))) {
      if (await isStale(path, staleMs)) {
        await breakLock(path, staleMs);
      } else if (performance.now() > deadline) {
        throw storageUnavailable(new Error(`the lock ${path} was held for more than ${timeoutMs} ms`));
      } else {
        await delay(1 + Math.random() * 9);
      }
    }
  }
}

async function createLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, formatOwner(thisProcess), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    if (!hasErrorCode(error, 'ENOENT')) throw error;
    await makeFolder(dirname(path));
    return false;
  }
}

async function isStale(path: string, staleMs: number): Promise<boolean> {
  try {
    const [content, facts] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const owner = parseOwner(content);
    return (owner !== undefined && isGone(owner)) || Date.now() - facts.mtimeMs > staleMs;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/**
 * Removes a stale lock. One process at a time does so and checks again first: otherwise the second would remove the
 * fresh lock of the first.
 */
async function breakLock(path: string, staleMs: number): Promise<void> {
  const breaking = `${path}.break`;
  if (!(await createLock(breaking))) {
    if (await isStale(breaking, staleMs)) await removeIfThere(breaking);
    await delay(1 + Math.random() * 9);
    return;
  }
  try {
    if (await isStale(path, staleMs)) await removeIfThere(path);
  } finally {
    await removeIfThere(breaking);
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}
