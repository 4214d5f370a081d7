import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type DevServer, type DevServerOptions, startDevServer } from './dev-server.ts';
import { keepsCrashing } from './dev-server-errors.ts';
import { tailOf } from './server-process.ts';

export interface SuperviseOptions extends DevServerOptions {
  readonly logger: Logger;
  /** Called when the server could not be kept alive: nothing can run any more. */
  readonly onGiveUp?: (error: unknown) => void;
}

/** A dev server that comes back when it dies. Its address stays; its process does not. */
export interface SupervisedDevServer {
  readonly address: string;
  /** Of the moment, as its process is. */
  readonly uiPort: number | undefined;
  /** The process of the moment. */
  readonly pid: number;
  readonly isAdopted: boolean;
  stop(): Promise<void>;
}

const firstDelayMs = 250;
const longestDelayMs = 10_000;
/** A server that lived this long counts as healthy: its next death starts a new series. */
const healthyAfterMs = 60_000;
const longestSeries = 10;

/**
 * Starts the dev server and starts it again, with the same options, whenever it ends without being asked to. The
 * first start may fail like `startDevServer`; later ones are tried with growing pauses, ten times in a row at most.
 */
export async function superviseDevServer(options: SuperviseOptions): Promise<SupervisedDevServer> {
  const stopping = new AbortController();
  const first = await startDevServer(options);
  let current = first;
  const supervision = supervise(first, options, stopping.signal, (server) => (current = server));
  return {
    address: first.address,
    isAdopted: first.isAdopted,
    get uiPort() {
      return current.uiPort;
    },
    get pid() {
      return current.pid;
    },
    async stop() {
      stopping.abort();
      await supervision;
      await current.stop();
    },
  };
}

async function supervise(
  first: DevServer,
  options: SuperviseOptions,
  stopping: AbortSignal,
  onStarted: (server: DevServer) => void,
): Promise<void> {
  const { logger, logFile } = options;
  const stopped = new Promise<undefined>((resolve) => {
    stopping.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  let server = first;
  let startedAt = Date.now();
  let deaths = 0;

  for (;;) {
    const exit = await Promise.race([server.exited, stopped]);
    if (exit === undefined) return;
    deaths = Date.now() - startedAt > healthyAfterMs ? 1 : deaths + 1;
    logger.warn({ ...exit, deaths, logTail: await tailOf(logFile) }, 'temporal dev server ended, starting it again');
    try {
      server = await restart(options, stopping, deaths);
    } catch (error) {
      if (stopping.aborted) return;
      logger.fatal({ error }, 'temporal dev server could not be kept alive');
      options.onGiveUp?.(error);
      return;
    }
    startedAt = Date.now();
    onStarted(server);
    logger.info({ pid: server.pid }, 'temporal dev server started again');
  }
}

/** Tries until it answers; `attempts` are those that this series of deaths has already used up. */
async function restart(options: SuperviseOptions, stopping: AbortSignal, attempts: number): Promise<DevServer> {
  if (attempts > longestSeries) throw keepsCrashing(options.logFile);
  const pauseMs = Math.min(firstDelayMs * 2 ** (attempts - 1), longestDelayMs);
  await delay(pauseMs, undefined, { signal: stopping });
  const signal = options.signal === undefined ? stopping : AbortSignal.any([options.signal, stopping]);
  try {
    return await startDevServer({ ...options, signal });
  } catch (error) {
    if (stopping.aborted || attempts === longestSeries) throw error;
    options.logger.warn({ error, attempts }, 'temporal dev server did not start, trying again');
    return restart(options, stopping, attempts + 1);
  }
}
