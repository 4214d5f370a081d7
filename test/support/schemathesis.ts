import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory, isExecutable } from '../../tools/cache.ts';
import { runCommand } from '../../tools/run-command.ts';

const version = '4.32.5';
const installLimitMs = 5 * 60_000;

/** The fuzzer, in a Python environment of its own in the cache folder, where it stays for the next run. */
export async function installSchemathesis(): Promise<string> {
  const place = join(cacheDirectory(process.env), `schemathesis-${version}`);
  const executable = join(place, 'bin', 'schemathesis');
  // pip writes it last, so that a half-made environment has none.
  if (await isExecutable(executable)) return executable;
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  await run('python3', ['-m', 'venv', place]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  await run(join(place, 'bin', 'python'), [...pip, `schemathesis==${version}`]);
  return executable;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(command, args, { timeoutMs: installLimitMs });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
}
