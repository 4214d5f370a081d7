/** The worker of the bare workflow: one task queue, default settings, so that the server can start its activities eagerly. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';

const activities = { step: async (): Promise<void> => undefined };
export type BareActivities = typeof activities;

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: 'bare',
  workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
  activities,
});
await worker.run();
await connection.close();
