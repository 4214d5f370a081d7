import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../tools/run-command.ts';
import { installPythonEnvironment } from './python-environment.ts';

const folder = join(import.meta.dirname, 'python-clients');
const limitMs = 60_000;
/** Whatever the locale of the machine. */
const env = { ...process.env, PYTHONUTF8: '1' };

/** Clients written in Python, as customers have them. */
export interface PythonClients {
  /** Runs one to its end and gives the lines that it printed. */
  run(script: string, ...args: readonly string[]): Promise<string[]>;
  /** Starts one that goes on by itself; resolves when it has printed its first line. */
  start(script: string, ...args: readonly string[]): Promise<RunningClient>;
}

export interface RunningClient extends AsyncDisposable {
  readonly lines: () => string[];
}

/** Brings the packages that the clients import, pinned by hash. */
export async function installPythonClients(): Promise<PythonClients> {
  const requirements = join(folder, 'requirements.txt');
  const version = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const bin = await installPythonEnvironment(`python-clients-${version}`, ['--require-hashes', '-r', requirements]);
  const python = join(bin, 'python');
  return {
    async run(script, ...args) {
      const { code, stdout, stderr } = await runCommand(python, [join(folder, script), ...args], {
        timeoutMs: limitMs,
      });
      if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr}`);
      return linesOf(stdout);
    },
    async start(script, ...args) {
      const child = spawn(python, [join(folder, script), ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
      await Promise.race([once(child.stdout, 'data'), ended(child, script)]);
      return {
        lines: () => linesOf(printed),
        async [Symbol.asyncDispose]() {
          child.kill();
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        },
      };
    },
  };
}

async function ended(child: ChildProcess, script: string): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`${script} ended with ${code} before it printed anything`);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
