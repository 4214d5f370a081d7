import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatOwner, isGone, parseOwner, thisProcess } from './process-owner.ts';

const prefix = 'pigeonhole-';

/** A new folder for a document while it is worked on; its name tells whose it is. */
export function createWorkingDirectory(parent: string): Promise<string> {
  return mkdtemp(join(parent, `${prefix}${formatOwner(thisProcess)}~`));
}

/** Removes the folders of processes that were killed before they could. Returns how many those were. */
export async function sweepWorkingDirectories(parent: string): Promise<number> {
  const left = (await readdir(parent)).filter((name) => {
    const owner = name.startsWith(prefix) ? parseOwner(name.slice(prefix.length)) : undefined;
    return owner !== undefined && isGone(owner);
  });
  for (const name of left) await rm(join(parent, name), { recursive: true, force: true });
  return left.length;
}
