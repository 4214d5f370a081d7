import { randomUUID } from 'node:crypto';
import type { Lab } from '../lab.ts';
import type { bareWorkflow } from './workflows.ts';

/** A Temporal application that does nothing: what the engine itself costs for a job of as many activities. */
export interface BareApplication extends AsyncDisposable {
  run(): Promise<void>;
}

export async function startBare(lab: Lab): Promise<BareApplication> {
  const worker = await lab.start('bench/bare/worker.ts', {
    environment: { TEMPORAL_ADDRESS: lab.temporalAddress },
    isReady: async () => true,
  });
  return {
    run: () =>
      lab.client.workflow.execute<typeof bareWorkflow>('bareWorkflow', {
        taskQueue: 'bare',
        workflowId: `bare-${randomUUID()}`,
      }),
    [Symbol.asyncDispose]: () => worker.stop(),
  };
}
