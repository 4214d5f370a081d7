import { randomUUID } from 'node:crypto';
import type { Lab } from '../lab.ts';
import { bareQueues } from './queues.ts';
import type { bareWorkflow } from './workflows.ts';

/** A Temporal application that does nothing: what the engine itself costs for a job of as many activities. */
export interface BareApplication extends AsyncDisposable {
  run(): Promise<void>;
  /** The same over three task queues, as many as the service has. */
  runOnThreeQueues(): Promise<void>;
}

export async function startBare(lab: Lab): Promise<BareApplication> {
  const worker = await lab.start('bench/bare/worker.ts', {
    environment: { TEMPORAL_ADDRESS: lab.temporalAddress },
    isReady: async () => true,
  });
  const execute = (args: Parameters<typeof bareWorkflow>): Promise<void> =>
    lab.client.workflow.execute<typeof bareWorkflow>('bareWorkflow', {
      taskQueue: bareQueues.workflow,
      workflowId: `bare-${randomUUID()}`,
      args,
    });
  return {
    run: () => execute([]),
    runOnThreeQueues: () => execute([bareQueues]),
    [Symbol.asyncDispose]: () => worker.stop(),
  };
}
