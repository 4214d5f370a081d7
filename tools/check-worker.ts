import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { readConfig, type Config, type QueueName } from '../src/config/config.ts';
import { ConfigError } from '../src/config/config-error.ts';
import { taskQueues } from '../src/domain/contract.ts';
import { connectTemporal } from '../src/temporal/connection.ts';

/** A poll lasts up to 60 s; a worker that began none for twice as long serves nothing. */
const longestSilenceMs = 120_000;
const callTimeoutMs = 5000;

/**
 * The health check of a worker's container: Temporal says whether this host polls every task queue that QUEUES names.
 * Unlike a port that answers, that cannot be true of a worker that hangs.
 */
async function silentQueues(client: Client, { queues }: Config): Promise<string[]> {
  const silent: string[] = [];
  for (const name of queues) {
    if (!(await isPolledHere(client, name))) silent.push(name);
  }
  return silent;
}

async function isPolledHere(client: Client, queue: QueueName): Promise<boolean> {
  const { namespace } = client.options;
  const request = { namespace, taskQueue: { name: taskQueues[queue] }, taskQueueType: queueType(queue) };
  const { pollers } = await client.connection.withDeadline(Date.now() + callTimeoutMs, () =>
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum's own package is no dependency of ours
    client.workflowService.describeTaskQueue(request),
  );
  return (pollers ?? []).some(({ identity, lastAccessTime }) => {
    const polledAtMs = Number(lastAccessTime?.seconds ?? 0) * 1000;
    return identity?.endsWith(`@${hostname()}`) === true && Date.now() - polledAtMs < longestSilenceMs;
  });
}

/** temporal.api.enums.v1.TaskQueueType: 1 is workflows, 2 activities. */
function queueType(queue: QueueName): number {
  return queue === 'workflow' ? 1 : 2;
}

try {
  const config = readConfig();
  const client = await connectTemporal(config.temporal, callTimeoutMs);
  const silent = await silentQueues(client, config);
  await client.connection.close();
  if (silent.length > 0) {
    console.error(`${hostname()} does not poll: ${silent.join(', ')}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
