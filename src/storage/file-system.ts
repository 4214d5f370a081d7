import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How often an empty folder may be pruned by somebody else between its making and its use. */
const maxAttempts = 10;

/**
 * Makes a folder and those above it, and returns the topmost one that is new. Node's own `recursive` is no use for a
 * folder that a setting names: where a file system says of every new folder that its parent is missing, as `/proc`
 * does, it tries for ever.
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

/** Whether we asked for what no file system could do, however well it is: another attempt fails in the same way. */
export function isOwnMistake(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  return hasErrorCode(error, 'ENAMETOOLONG', 'EINVAL', 'EISDIR', 'ELOOP', 'EBADF', 'EFAULT', 'EFBIG');
}

/** Undefined for a file that is not there. */
export async function unlessMissing<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    // What no file can be called is not there either.
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}
