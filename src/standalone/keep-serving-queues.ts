import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import type { Logger } from '../logger.ts';
import { serveQueues, type QueueService } from '../startup/serve-queues.ts';

const longestPauseMs = 10_000;

/**
 * Serves all queues of the settings, and restarts workers that fail, as they do after a long absence of Temporal. `npm
 * run worker` ends instead and leaves the restart to its supervisor.
 */
export async function keepServingQueues(
  config: Config,
  dependencies: WorkerDependencies,
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  let service = await serveQueues(config.queues, config, dependencies, logger);
  const kept = keep();

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await service.ended;
      } catch (error) {
        logger.warn({ error }, 'worker ended, starting it again');
      }
      if (!stopping.signal.aborted) service = await serveAgain();
    }
  }

  async function serveAgain(): Promise<QueueService> {
    for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await delay(pauseMs, undefined, { signal: stopping.signal });
      try {
        return await serveQueues(config.queues, config, dependencies, logger);
      } catch (error) {
        logger.warn({ error }, 'worker could not be started, trying again');
      }
    }
  }

  return {
    async stop() {
      stopping.abort();
      await service.stop().catch((error: unknown) => logger.warn({ error }, 'worker did not stop cleanly'));
      await kept.catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    },
  };
}
