import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../src/storage/file-system.ts';
import type { ServerFacts } from './servers.ts';

const workPrefix = '.installing-';
/** Longer than the slowest build takes; an older folder was left by a run that was killed. */
const abandonedAfterMs = 2 * 60 * 60 * 1000;

/** Where executables are kept between clones of the repository: `PIGEONHOLE_CACHE`, else the system's cache folder. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return join(env['PIGEONHOLE_CACHE'] || join(systemCacheDirectory(env), 'pigeonhole'), 'tools');
}

/** The place of one version's executable in the cache. */
export function cachedPath(facts: ServerFacts, version: string, env: NodeJS.ProcessEnv): string {
  const command = process.platform === 'win32' ? `${facts.command}.exe` : facts.command;
  return join(cacheDirectory(env), `${facts.name}-${version}`, command);
}

/** Whether the path is a file that this user may run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** A folder in the cache to download or build in: on the same file system, so that the rename at the end is atomic. */
export async function createWorkDirectory(env: NodeJS.ProcessEnv): Promise<string> {
  const root = cacheDirectory(env);
  await makeFolder(root);
  await removeAbandoned(root);
  return mkdtemp(join(root, workPrefix));
}

/**
 * Moves a verified executable to its place. The rename replaces whole files only, so two installations at once
 * both end with a good one, and a place in the cache is never half written.
 */
export async function installExecutable(from: string, to: string): Promise<string> {
  await chmod(from, 0o755);
  await makeFolder(dirname(to));
  await rename(from, to);
  return to;
}

/** The sha256 of a file in hexadecimal, read as a stream. */
async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Says what is wrong with a file whose content is pinned, or undefined when it is the right one. */
export async function hashMismatch(path: string, expected: string): Promise<string | undefined> {
  const actual = await sha256OfFile(path);
  return actual === expected ? undefined : `${basename(path)} has sha256 ${actual}, expected ${expected}`;
}

function systemCacheDirectory(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return env['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local');
  return env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
}

async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(workPrefix)) continue;
    const path = join(root, name);
    const age = await stat(path).then(
      (entry) => Date.now() - entry.mtimeMs,
      () => 0,
    );
    // Go writes its module cache read-only, but that is elsewhere: here a plain removal is enough.
    if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}
