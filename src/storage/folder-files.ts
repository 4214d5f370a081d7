import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, link, open, readdir, rename, rm, rmdir, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { hasErrorCode, makeFolder } from './file-system.ts';
import { PreconditionFailed } from './object-store.ts';
import { formatOwner, isGone, parseOwner, thisProcess } from './process-owner.ts';
import { readSource } from './streams.ts';

/** No upload takes a day: older files are leftovers of a process on another host. */
const leftoverAgeMs = 24 * 60 * 60 * 1000;

/** A complete file on the disk that no reader knows yet. */
export interface WrittenFile {
  readonly path: string;
  /** Its facts, which stay when it gets its name: moving a file changes neither its time nor its inode. */
  readonly facts: BigIntStats;
}

export interface WriteOptions {
  /** Whether to give the file a time that no other version of its object has, for use in an etag. */
  readonly hasOwnTime: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Writes the bytes to a new file, down to the disk. Leaves nothing behind when it fails. */
export async function writeTemporaryFile(
  directory: string,
  body: Uint8Array | Readable,
  { hasOwnTime, signal }: WriteOptions,
): Promise<WrittenFile> {
  const path = join(directory, `${formatOwner(thisProcess)}~${randomUUID()}`);
  const handle = await openNew(path);
  try {
    if (body instanceof Uint8Array) {
      await handle.writeFile(body);
    } else {
      for await (const chunk of readSource(body, signal)) await handle.appendFile(chunk);
    }
    signal?.throwIfAborted();
    if (hasOwnTime) {
      const mtime = versionTime();
      await handle.utimes(mtime, mtime);
    }
    await handle.sync();
    return { path, facts: await handle.stat({ bigint: true }) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** The folder exists except at the first time, so it is not checked before. */
async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
    await makeFolder(dirname(path));
    return open(path, 'wx');
  }
}

/**
 * Creates the name only if it is free. link(2) fails on a taken name, so the condition holds even if a lock was wrongly
 * taken for stale. On file systems without hard links only the key's lock guards it.
 */
export async function linkNew(written: string, path: string): Promise<void> {
  try {
    await link(written, path);
    await unlink(written);
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) throw new PreconditionFailed(`the file ${path} exists`);
    if (!hasErrorCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    await rename(written, path);
  }
}

/** Reads an open file in one call, because its size is known; node would make three more to find the end. */
export async function readWhole(handle: FileHandle, { size }: BigIntStats): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(Number(size));
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

/** Removes temporary files whose writers are gone. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const owner = parseOwner(name);
    if ((owner !== undefined && isGone(owner)) || (await isOld(path))) await rm(path, { force: true });
  }
}

async function isOld(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > leftoverAgeMs;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/**
 * An etag that no two versions of an object share. A time stamp alone would not do: two quick writes can fall into one
 * tick of the file system's clock and get the same inode, so each file gets a time of our own making.
 */
export function etagOf(facts: BigIntStats): string {
  return [facts.mtimeNs, facts.ino, facts.size].map((part) => part.toString(36)).join('-');
}

/**
 * Makes the file's time later than that of the version it replaces, whose clock may have been ahead. Returns its facts.
 */
export async function ensureLaterTime(
  { path, facts }: WrittenFile,
  previous: BigIntStats | undefined,
): Promise<BigIntStats> {
  if (previous === undefined || facts.mtimeNs > previous.mtimeNs) return facts;
  const mtime = versionTime(Number(previous.mtimeNs) / 1e9 + 1e-6);
  await utimes(path, mtime, mtime);
  return stat(path, { bigint: true });
}

/** Seconds. A double holds today's to 0.24 microseconds, so the random part spans some 4,000 values. */
function versionTime(notBefore = 0): number {
  return Math.max(Date.now() / 1000, notBefore) + Math.random() * 1e-3;
}

/** Makes a new or changed name in `directory` survive a power cut. Windows cannot open folders and does not need it. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!hasErrorCode(error, 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOENT')) throw error;
  }
}

/** Makes the folder, down to the disk where it is new, and syncs its own new names. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await makeFolder(directory);
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

/**
 * Runs the action that gives a file its name. The folder is missing for its first object, and when a delete prunes it
 * in between.
 */
export async function withFolderOf(path: string, place: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await place();
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT') || attempt === 6) throw error;
    }
    await makeDirectory(dirname(path));
  }
}

/** Removes the folder and those above it, up to `root`, as long as they are empty. */
export async function pruneEmpty(directory: string, root: string): Promise<void> {
  for (let path = directory; path.length > root.length; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) continue;
      return;
    }
  }
}
