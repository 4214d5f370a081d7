import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrorCode } from './file-errors.ts';

/** How often an empty folder may be pruned by somebody else between its making and its use. */
const maxAttempts = 10;

/**
 * Makes a folder and those above it, and returns the topmost one that is new. Node's own `recursive` is no use for a folder that a
 * setting names: where a file system says of every new folder that its parent is missing, as `/proc` does, it tries for ever.
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
