import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How often an empty folder may be pruned by somebody else between its making and its use. */
const maxAttempts = 10;

/**
 * Creates a folder and its parents, and returns the topmost new one. Node's own `recursive` does not fit: where a file
 * system reports every parent as missing, as `/proc` does, it tries for ever.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  let topmost: string | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(path);
      return topmost ?? path;
    } catch (error) {
      if (await isFolder(path)) return topmost;
      if (!hasErrorCode(error, 'ENOENT') || attempt === maxAttempts || dirname(path) === path) throw error;
    }
    topmost = (await makeFolder(dirname(path))) ?? topmost;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** True when a file system call failed with one of these codes. */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** Whether the call was impossible on any file system: another attempt fails in the same way. */
export function isOwnMistake(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  return hasErrorCode(error, 'ENAMETOOLONG', 'EINVAL', 'EISDIR', 'ELOOP', 'EBADF', 'EFAULT', 'EFBIG');
}

/** Undefined for a file that is not there. */
export async function unlessMissing<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    // An impossible name does not exist either.
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}
