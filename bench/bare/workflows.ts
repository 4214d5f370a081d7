import { proxyActivities } from '@temporalio/workflow';
import type { BareActivities } from './worker.ts';

/**
 * As many activities as a job of four pages has, in the same order: one, four in parallel, one. None does anything.
 * `queues` spreads them as ours are spread, for rendering and for model calls; without it all stay on the workflow's
 * queue.
 */
export async function bareWorkflow(queues?: { readonly first: string; readonly parallel: string }): Promise<void> {
  const { first, parallel, last } = {
    first: stepOn(queues?.first),
    parallel: stepOn(queues?.parallel),
    last: stepOn(),
  };
  await first();
  await Promise.all([parallel(), parallel(), parallel(), parallel()]);
  await last();
}

function stepOn(taskQueue?: string): BareActivities['step'] {
  const { step } = proxyActivities<BareActivities>({
    startToCloseTimeout: '1 minute',
    ...(taskQueue !== undefined && { taskQueue }),
  });
  return step;
}
