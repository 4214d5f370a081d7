import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatOwner, isGone, parseOwner, thisProcess } from './process-owner.ts';

const prefix = 'pigeonhole-';

/** Creates a folder for a document in use; its name contains the owner. */
export function createWorkingDirectory(parent: string): Promise<string> {
  return mkdtemp(join(parent, `${prefix}${formatOwner(thisProcess)}~`));
}

/** Removes the folders of killed processes. Returns their number. */
export async function sweepWorkingDirectories(parent: string): Promise<number> {
  const left = (await readdir(parent)).filter((name) => {
    const owner = name.startsWith(prefix) ? parseOwner(name.slice(prefix.length)) : undefined;
    return owner !== undefined && isGone(owner);
  });
  for (const name of left) await rm(join(parent, name), { recursive: true, force: true });
  return left.length;
}
