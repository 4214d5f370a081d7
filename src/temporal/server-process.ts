import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** How a server process ended: `code` or `signal`, or neither for one that we did not start ourselves. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Asks it to end, and kills it when it has not within the limit. */
  stop(limitMs: number): Promise<void>;
}

export interface SpawnOptions {
  readonly executable: string;
  readonly args: readonly string[];
  /** All of its environment: a server is not handed our keys. */
  readonly env: Readonly<Record<string, string>>;
  /** Receives stdout and stderr. A file, not a pipe: a server that outlives us must not die of a broken pipe. */
  readonly logFile: string;
}

const pollMs = 100;
const tailBytes = 4_000;

/**
 * Starts a server in a process group of its own: Ctrl-C in a terminal then reaches only us, and we stop the
 * server after those who still need it.
 */
export async function spawnServer(options: SpawnOptions): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'w');
  const child = spawn(options.executable, options.args, {
    detached: true,
    env: { ...options.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  // `spawn` has happened, so there is a pid.
  return watched(child.pid ?? 0, exited);
}

/** A process that another one of ours started. `isRunning` must be false for a pid that now belongs to someone else. */
export function adoptServer(pid: number, isRunning: () => Promise<boolean>): ServerProcess {
  return watched(pid, goneByPolling(isRunning));
}

/** The end of a server's log, for an error message. */
export async function tailOf(logFile: string): Promise<string> {
  try {
    await using file = await open(logFile);
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trim();
  } catch {
    return '';
  }
}

function watched(pid: number, exited: Promise<ServerExit>): ServerProcess {
  let isGone = false;
  // Asked to end a second time, a process of ours ends at once, and waits for nobody.
  const stopAtExit = (): void => signalProcess(pid, 'SIGINT');
  process.once('exit', stopAtExit);
  void exited.then(() => (isGone = true));
  void exited.then(() => process.off('exit', stopAtExit));
  return {
    pid,
    exited,
    async stop(limitMs) {
      if (isGone) return;
      signalProcess(pid, 'SIGINT');
      // The timer also keeps this process alive until then: nothing else does for a server that it did not start.
      const killing = setInterval(() => signalProcess(pid, 'SIGKILL'), limitMs);
      await exited;
      clearInterval(killing);
    },
  };
}

async function goneByPolling(isRunning: () => Promise<boolean>): Promise<ServerExit> {
  while (await isRunning()) await delay(pollMs, undefined, { ref: false });
  return { code: null, signal: null };
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}
