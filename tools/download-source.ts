import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hashMismatch } from './cache.ts';
import { lastLine, runCommand } from './run-command.ts';
import { missing, type Source } from './source.ts';
import { installFrom } from './install-from.ts';

/** An offline machine, or one behind a proxy that only pip knows, moves on to the next source after this long. */
const connectLimitMs = 5_000;
const transferLimitMs = 10 * 60_000;

/** The maker's own archive, used only where the hash of the executable in it is known. */
export const officialDownload: Source = {
  label: 'download',
  async find(context) {
    const { facts, platform } = context;
    const url = facts.download?.urls[platform];
    const sha256 = facts.sha256?.[platform];
    if (url === undefined || sha256 === undefined) return missing(`no pinned download for ${platform}`);

    const { host } = new URL(url);
    return installFrom(context, facts.version, `download from ${host}`, async (folder) => {
      const archive = join(folder, 'archive.tar.gz');
      try {
        await fetchToFile(url, archive);
      } catch (error) {
        return missing(`${host} could not be used: ${reasonOf(error)}`);
      }
      // Only the one member is taken out, so nothing else in the archive reaches the disk.
      const untar = await runCommand('tar', ['-xzf', archive, '-C', folder, facts.command], {
        env: context.env,
        timeoutMs: 120_000,
      });
      if (untar.code !== 0) return missing(`the archive could not be unpacked: ${lastLine(untar.stderr)}`);
      const executable = join(folder, facts.command);
      const mismatch = await hashMismatch(executable, sha256);
      return mismatch === undefined ? { kind: 'found', path: executable } : missing(mismatch);
    });
  },
};

async function fetchToFile(url: string, path: string): Promise<void> {
  const connecting = new AbortController();
  const timer = setTimeout(
    () => connecting.abort(new Error(`no answer within ${connectLimitMs / 1000} s`)),
    connectLimitMs,
  );
  const signal = AbortSignal.any([connecting.signal, AbortSignal.timeout(transferLimitMs)]);
  try {
    const response = await fetch(url, { signal });
    clearTimeout(timer);
    if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(path), { signal });
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
