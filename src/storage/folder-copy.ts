import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrorCode, unlessMissing } from './file-system.ts';
import { makeDirectory, syncDirectory, withFolderOf } from './folder-files.ts';
import { formatOwner, thisProcess } from './process-owner.ts';

export interface CopyPaths {
  readonly from: string;
  readonly to: string;
  /** The folder of writes under way. */
  readonly temporary: string;
}

/**
 * Gives a file a second name that outlives the first: object files are replaced, never changed. Copies the bytes on
 * file systems without hard links. Resolves with false if there is no such file.
 */
export async function copyObject({ from, to, temporary }: CopyPaths): Promise<boolean> {
  const path = join(temporary, `${formatOwner(thisProcess)}~${randomUUID()}`);
  await makeDirectory(temporary);
  try {
    if (!(await unlessMissing(duplicate(from, path)))) return false;
    await withFolderOf(to, () => rename(path, to));
    await syncDirectory(dirname(to));
    return true;
  } finally {
    // Renaming a file onto its own other name keeps both.
    await rm(path, { force: true });
  }
}

async function duplicate(from: string, path: string): Promise<true> {
  try {
    await link(from, path);
    return true;
  } catch (error) {
    if (!hasErrorCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV')) throw error;
  }
  await copyFile(from, path, constants.COPYFILE_FICLONE);
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return true;
}
