import { rm } from 'node:fs/promises';
import { cachedPath, createWorkDirectory, installExecutable } from './cache.ts';
import { found, type SourceContext, type SourceOutcome } from './source.ts';

const reminderMs = 15_000;

/**
 * Frame of the sources that bring an executable: says what happens and how long it takes, gives the source a folder
 * of its own, moves what it made into the cache, and leaves nothing behind.
 */
export async function installFrom(
  context: SourceContext,
  version: string,
  origin: string,
  produce: (folder: string) => Promise<SourceOutcome>,
): Promise<SourceOutcome> {
  const { facts, env, onProgress } = context;
  const startedAt = performance.now();
  const elapsed = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const what = `${facts.title} ${version}`;

  onProgress(`${what}: ${origin} ...`);
  const reminder = setInterval(() => onProgress(`${what}: ${origin}, still at it after ${elapsed()}`), reminderMs);
  const folder = await createWorkDirectory(env);
  try {
    const outcome = await produce(folder);
    if (outcome.kind !== 'found') {
      onProgress(`${what}: ${origin} gave nothing after ${elapsed()}: ${outcome.reason}`);
      return outcome;
    }
    const path = await installExecutable(outcome.path, cachedPath(facts, version, env));
    onProgress(`${what}: ready after ${elapsed()} in ${path}`);
    return found(path);
  } finally {
    clearInterval(reminder);
    await rm(folder, { recursive: true, force: true });
  }
}
