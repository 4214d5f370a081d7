import { proxyActivities } from '@temporalio/workflow';
import type { BareActivities } from './worker.ts';

const { step } = proxyActivities<BareActivities>({ startToCloseTimeout: '1 minute' });

/** As many activities as a job of four pages has, in the same order: one, four in parallel, one. None does anything. */
export async function bareWorkflow(): Promise<void> {
  await step();
  await Promise.all([step(), step(), step(), step()]);
  await step();
}
