import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../tools/cache.ts';
import { runCommand } from '../../tools/run-command.ts';

const installLimitMs = 5 * 60_000;

/**
 * The `bin` folder of a Python environment of one's own in the cache folder, where it stays for the next run. `name`
 * holds what tells one version of it from another; `requirements` are arguments of `pip install`.
 */
export async function installPythonEnvironment(name: string, requirements: readonly string[]): Promise<string> {
  const place = join(cacheDirectory(process.env), name);
  const bin = join(place, 'bin');
  // Written last, so that a half-made environment has none.
  const mark = join(place, 'complete');
  if (existsSync(mark)) return bin;
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  await run('python3', ['-m', 'venv', place]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  await run(join(bin, 'python'), [...pip, ...requirements]);
  await writeFile(mark, '');
  return bin;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(command, args, { timeoutMs: installLimitMs });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
}
