/**
 * The worker of the bare workflow, with default settings. On the workflow's own queue the server starts activities
 * eagerly.
 */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { bareQueues } from './queues.ts';

const activities = { step: async (): Promise<void> => undefined };
export type BareActivities = typeof activities;

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const workflowsPath = fileURLToPath(new URL('workflows.ts', import.meta.url));
const workers = await Promise.all([
  Worker.create({ connection, taskQueue: bareQueues.workflow, workflowsPath, activities }),
  Worker.create({ connection, taskQueue: bareQueues.first, activities }),
  Worker.create({ connection, taskQueue: bareQueues.parallel, activities }),
]);
await Promise.all(workers.map((worker) => worker.run()));
await connection.close();
