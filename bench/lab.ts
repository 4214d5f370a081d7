import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { searchAttributes } from '../src/domain/search-attributes.ts';
import { startDevServer } from '../src/temporal/dev-server.ts';
import { spawnServer, tailOf } from '../src/temporal/server-process.ts';
import { freePort } from '../test/support/free-ports.ts';
import { ensureTool } from '../tools/ensure-tool.ts';
import { processorMs, processorMsOfChildren } from './processor-time.ts';

export interface LabOptions {
  /** Fewer rounds: for trying a change, not for the record. */
  readonly quick: boolean;
  /** The backlog of 5,000 instead of 1,000. */
  readonly full: boolean;
  /** Folder of PDFs to render. */
  readonly corpus: string | undefined;
  /** Where our processes write CPU profiles. */
  readonly profiles: string | undefined;
  readonly say: (line: string) => void;
}

/** What every measurement stands on: one fresh Temporal server, a folder, and processes that end with it. */
export interface Lab extends AsyncDisposable {
  readonly options: LabOptions;
  readonly directory: string;
  readonly temporalAddress: string;
  readonly temporalPid: number;
  readonly client: Client;
  /** Processor time of all processes of this lab: this one, those it started, and their children. */
  processorMs(): number;
  /** Starts a module of ours with this environment alone and waits until `isReady`. */
  start(module: string, start: StartOptions): Promise<LabProcess>;
}

/** One process of ours, or of a peer. */
export interface LabProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly args?: readonly string[];
  /** Node's own, before the module. */
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly isReady: () => Promise<boolean>;
}

const readyLimitMs = 60_000;
const stopLimitMs = 15_000;

/**
 * The server is the one of `npm start` with its settings, but in memory: peer and service share it, and no disk is
 * measured.
 */
export async function createLab(options: LabOptions): Promise<Lab> {
  await using parts = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-bench-'));
  parts.defer(() => rm(directory, { recursive: true, force: true }));
  const alive = new Set<number>();
  // The last resort when this process is ended in a hurry: servers have process groups of their own and would stay.
  process.once('exit', () => {
    killAll(alive);
    rmSync(directory, { recursive: true, force: true });
  });

  const server = await startDevServer({
    executable: await ensureTool('temporal', { onProgress: options.say }),
    port: await freePort(),
    logFile: join(directory, 'temporal.log'),
    searchAttributes,
  });
  untilGone(server, alive);
  parts.defer(() => server.stop());
  const connection = await Connection.connect({ address: server.address });
  parts.defer(() => connection.close());
  if (options.profiles !== undefined) await mkdir(options.profiles, { recursive: true });
  const owned = parts.move();

  async function start(
    module: string,
    { args = [], nodeArgs = [], environment = {}, isReady }: StartOptions,
  ): Promise<LabProcess> {
    const logFile = join(directory, `${module.replaceAll('/', '-')}-${Date.now()}.log`);
    const started = await spawnServer({
      executable: process.execPath,
      args: [...nodeArgs, fileURLToPath(new URL(`../${module}`, import.meta.url)), ...args],
      env: { ...ownEnvironment(options), ...environment },
      logFile,
    });
    const ended = untilGone(started, alive);
    for (const until = Date.now() + readyLimitMs; !(await isReady()); await delay(50)) {
      if (!ended.aborted && Date.now() < until) continue;
      await started.stop(stopLimitMs);
      throw new Error(`${module} did not get ready:\n${await tailOf(logFile)}`);
    }
    return { pid: started.pid, stop: () => started.stop(stopLimitMs) };
  }

  return {
    options,
    directory,
    temporalAddress: server.address,
    temporalPid: server.pid,
    client: new Client({ connection }),
    processorMs: () => processorMs([process.pid, ...alive]) + processorMsOfChildren([...alive]),
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Counts a process among the living until it ends; the signal tells when. */
function untilGone(
  server: { readonly pid: number; readonly exited: Promise<unknown> },
  alive: Set<number>,
): AbortSignal {
  const ended = new AbortController();
  alive.add(server.pid);
  void forget();
  async function forget(): Promise<void> {
    await server.exited;
    alive.delete(server.pid);
    ended.abort();
  }
  return ended.signal;
}

function ownEnvironment({ profiles }: LabOptions): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    ...(profiles !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` }),
  };
}

function killAll(pids: Set<number>): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }
  pids.clear();
}
