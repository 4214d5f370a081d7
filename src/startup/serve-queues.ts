import { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import {
  createDeliveryActivities,
  createFetchActivities,
  createModelActivities,
  createRenderActivities,
  createWorkflowQueueActivities,
} from '../../activities/index.ts';
import type { Config, QueueName } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { taskQueues } from '../domain/contract.ts';
import type { Logger } from '../logger.ts';
import { sweepWorkingDirectories } from '../storage/working-directory.ts';
import { learnFieldsOfActivity } from '../temporal/fields-of-activity.ts';
import type { Circuit } from '../waiting/circuit.ts';
import { resumeRuns } from '../waiting/resume-runs.ts';
import { loadWorkflowBundle } from './workflow-code.ts';

export interface QueueService {
  /** Settles when all workers have ended; rejects when one of them failed. */
  readonly ended: Promise<void>;
  /** Takes no more tasks, gives running activities the grace time, and resolves when all have ended. */
  stop(): Promise<void>;
}

/** How long cancelled activities may still report after the grace time. */
const forceAfterGraceMs = 5000;

/**
 * The interval of heartbeats. A cancellation arrives with the answer to one, so this limits how long a cancelled job
 * goes on.
 */
const maxHeartbeatThrottleInterval = '2 seconds';

/** Serves the given task queues in this process, over one connection. Resolves when the workers poll. */
export async function serveQueues(
  queues: readonly QueueName[],
  config: Config,
  dependencies: WorkerDependencies,
  logger: Logger,
): Promise<QueueService> {
  const swept = await sweepWorkingDirectories(config.tempDirectory);
  if (swept > 0) logger.info({ swept }, 'folders of killed workers removed');
  const connection = await connect(config);
  const workers = await Promise.all(
    queues.map(async (queue) =>
      Worker.create({
        connection,
        namespace: config.temporal.connection.namespace,
        shutdownGraceTime: config.shutdownGraceMs,
        shutdownForceTime: config.shutdownGraceMs + forceAfterGraceMs,
        maxHeartbeatThrottleInterval,
        interceptors: { activity: [learnFieldsOfActivity] },
        ...(queue === 'workflow' && { workflowBundle: await loadWorkflowBundle() }),
        ...queueOptions(queue, config, dependencies),
      }),
    ),
  );
  const client = new Client({ connection, namespace: config.temporal.connection.namespace });
  const resumer = resumeRuns({ client, circuits: circuitsOf(queues, dependencies), logger });
  const runs = Promise.all(workers.map(async (worker) => worker.run()));
  logger.info({ queues }, 'worker started');
  const ended = end();

  async function end(): Promise<void> {
    try {
      await runs;
    } catch (error) {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      throw error;
    } finally {
      await resumer.stop();
    }
    await connection.close();
  }

  return {
    ended,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

/** The circuits of these queues' activities; the model's only for those that use it. */
function circuitsOf(queues: readonly QueueName[], { circuits, classifier }: WorkerDependencies): readonly Circuit[] {
  return [...circuits, ...(queues.includes('model') && classifier.circuit ? [classifier.circuit] : [])];
}

async function connect({ temporal }: Config): Promise<NativeConnection> {
  const { connectionOptions } = temporal.connection;
  try {
    return await NativeConnection.connect(connectionOptions);
  } catch (error) {
    throw new ConfigError(
      `TEMPORAL_ADDRESS: no Temporal server answers at ${connectionOptions.address}; start it, or set TEMPORAL_ADDRESS to where it is`,
      { cause: error },
    );
  }
}

function queueOptions(
  queue: QueueName,
  { render, model, ocr, shares }: Config,
  dependencies: WorkerDependencies,
): Pick<WorkerOptions, 'taskQueue'> & Partial<WorkerOptions> {
  switch (queue) {
    case 'workflow':
      return {
        taskQueue: taskQueues.workflow,
        activities: createWorkflowQueueActivities(dependencies),
      };
    case 'fetch':
      return {
        taskQueue: taskQueues.fetch,
        activities: createFetchActivities(dependencies, shares.fetch),
        maxConcurrentActivityTaskExecutions: shares.fetch.slots,
      };
    case 'deliver':
      return {
        taskQueue: taskQueues.deliver,
        activities: createDeliveryActivities(dependencies, shares.deliver),
        maxConcurrentActivityTaskExecutions: shares.deliver.slots,
      };
    case 'render':
      // One more than there are processes: the next document is fetched while one is rendered.
      return {
        taskQueue: taskQueues.render,
        activities: createRenderActivities(dependencies),
        maxConcurrentActivityTaskExecutions: render.processes + 1,
      };
    case 'model':
      return {
        taskQueue: taskQueues.model,
        activities: createModelActivities(dependencies),
        maxConcurrentActivityTaskExecutions:
          dependencies.classifier.name === 'built-in' ? ocr.processes * 2 : model.concurrency,
        ...(model.callsPerSecond !== undefined && { maxTaskQueueActivitiesPerSecond: model.callsPerSecond }),
      };
  }
}
