import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFolder } from '../storage/file-system.ts';
import * as errors from './dev-server-errors.ts';
import { devServerArgs, devServerEnv, type DevServerOptions } from './dev-server-options.ts';
import { devServerHost, isListening } from './ports.ts';
import { findLeftover, isServing, removePidFile, writePidFile } from './dev-server-pid-file.ts';
import { chooseHiddenPorts, hiddenPortsOf, isAnyTaken, type HiddenPorts } from './hidden-ports.ts';
import { prepareNamespace } from './prepare-namespace.ts';
import { adoptServer, spawnServer, type ServerExit, type ServerProcess } from './server-process.ts';

export type { DevServerOptions, SearchAttribute } from './dev-server-options.ts';

/** A Temporal dev server that answers. */
export interface DevServer {
  /** `host:port` for clients and workers. */
  readonly address: string;
  /** Where its web UI listens; undefined when it has none. */
  readonly uiPort: number | undefined;
  readonly pid: number;
  /** True when an earlier process of ours had left it running. */
  readonly isAdopted: boolean;
  /** Resolves when the server is gone, for whatever reason. */
  readonly exited: Promise<ServerExit>;
  stop(): Promise<void>;
}

const defaultStartTimeoutMs = 60_000;
const defaultStopTimeoutMs = 10_000;
const readyPollMs = 100;
/** Somebody may take a port between its choice and the server's start. */
const portAttempts = 3;

/**
 * Starts the Temporal CLI's dev server, or takes over the one that a killed process of ours left running on the same
 * database. Resolves when the namespace and its search attributes can be used; rejects with one sentence that
 * names the setting to change.
 */
export async function startDevServer(given: DevServerOptions): Promise<DevServer> {
  const options = given.databaseFile === undefined ? given : { ...given, databaseFile: resolve(given.databaseFile) };
  const leftover = await takeOver(options);
  if (leftover !== undefined) {
    try {
      return await whenReady(leftover, options, { isAdopted: true });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      // It was alive but did not answer; whenReady has stopped it, and a new one replaces it.
    }
  }
  await errors.refuseTakenPort(options);
  for (let attempt = 1; ; attempt++) {
    const ports = await chooseHiddenPorts(options.hidden ?? []);
    if (!ports) throw errors.noHiddenPort();
    try {
      return await whenReady(await spawnDevServer(options, ports), options, { isAdopted: false });
    } catch (error) {
      if (attempt === portAttempts || !(await isAnyTaken(ports))) throw error;
    }
  }
}

interface RunningServer extends ServerProcess {
  readonly ports: HiddenPorts;
}

async function takeOver(options: DevServerOptions): Promise<RunningServer | undefined> {
  const { databaseFile, hidden = [] } = options;
  if (databaseFile === undefined) return undefined;
  const leftover = await findLeftover(databaseFile);
  if (leftover === undefined) return undefined;
  if (leftover.ownerPid !== undefined) throw errors.databaseInUse(databaseFile, leftover.ownerPid);

  const server = adoptServer(leftover.pid, () => isServing(leftover.pid, databaseFile));
  const ports = hiddenPortsOf(leftover.commandLine, hidden);
  if (ports && leftover.commandLine.endsWith(devServerArgs(options, ports).join(' '))) {
    await writePidFile(databaseFile, leftover.pid);
    return { ...server, ports };
  }
  // It has other settings, and two servers must not share a database.
  await server.stop(options.stopTimeoutMs ?? defaultStopTimeoutMs);
  return undefined;
}

async function spawnDevServer(options: DevServerOptions, ports: HiddenPorts): Promise<RunningServer> {
  const { executable, databaseFile, logFile } = options;
  for (const folder of [dirname(logFile), dirname(databaseFile ?? logFile)]) {
    await makeFolder(folder).catch((error: unknown) => {
      throw errors.folderNotWritable(folder, error);
    });
  }
  const server = await spawnServer({
    executable,
    args: devServerArgs(options, ports),
    env: devServerEnv,
    logFile,
  }).catch((error: unknown) => {
    throw errors.notStartable(executable, error);
  });
  if (databaseFile !== undefined) await writePidFile(databaseFile, server.pid);
  return { ...server, ports };
}

async function whenReady(
  server: RunningServer,
  options: DevServerOptions,
  { isAdopted }: Pick<DevServer, 'isAdopted'>,
): Promise<DevServer> {
  const stop = async (): Promise<void> => {
    await server.stop(options.stopTimeoutMs ?? defaultStopTimeoutMs);
    if (options.databaseFile !== undefined) await removePidFile(options.databaseFile);
  };
  const address = `${devServerHost}:${options.port}`;
  try {
    await waitUntilReady(address, server, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, uiPort: server.ports.ui, pid: server.pid, isAdopted, exited: server.exited, stop };
}

async function waitUntilReady(address: string, server: ServerProcess, options: DevServerOptions): Promise<void> {
  const timeoutMs = options.startTimeoutMs ?? defaultStartTimeoutMs;
  const deadline = Date.now() + timeoutMs;
  let exit: ServerExit | undefined;
  void server.exited.then((ended) => (exit = ended));
  let lastError: unknown;

  while (Date.now() < deadline) {
    options.signal?.throwIfAborted();
    if (exit !== undefined) throw await errors.endedAtStart(options, exit);
    if (await isListening(options.port, devServerHost)) {
      try {
        await prepareNamespace(address, options);
        return;
      } catch (error) {
        lastError = error;
      }
    }
    await delay(readyPollMs);
  }
  throw errors.notReadyInTime(options, timeoutMs, lastError);
}
