import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The cache of compiled modules saves a third of what a start costs, and tests start many processes. */
const inherited = {
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
};

/** A process of ours under test; everything that it printed so far is in `output`. */
export interface TestProcess {
  readonly pid: number;
  readonly output: () => string;
  /** Resolves when it prints this; rejects when it ends first. */
  untilPrinted(text: string | RegExp): Promise<void>;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts one of the entries (`src/api.ts` ...) as npm would, with these settings alone; `nodeFlags` are Node's own. */
export function startProcess(
  entry: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  nodeFlags: readonly string[] = [],
): TestProcess {
  const child = spawn(process.execPath, [...nodeFlags, entry, ...args], {
    cwd: root,
    env: { ...inherited, LOG_FORMAT: 'json', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      for (const listener of listeners) listener();
    });
  }
  // Not at its exit: the last that it printed may still be in the pipe.
  const exited = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));

  return {
    pid: pidOf(child),
    output: () => printed,
    exited,
    async untilPrinted(text) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = (): void => {
        if (typeof text === 'string' ? printed.includes(text) : text.test(printed)) resolve();
      };
      listeners.add(look);
      look();
      void exited.then(() => reject(new Error(`${entry} ended before it printed ${String(text)}:\n${printed}`)));
      await promise.finally(() => listeners.delete(look));
    },
    async end(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process could not be started');
  return pid;
}
