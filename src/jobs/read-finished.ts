import type { Job } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readOutcome } from '../storage/stored-outcome.ts';
import type { ListedExecution } from './list-executions.ts';
import { isRunOver } from './run-status.ts';

/**
 * A listed job that is finished, from what is stored of it, which tells as much as Temporal at a fraction of the price. Undefined for one that
 * runs, and for one that left nothing behind: one that was terminated, or deleted.
 */
export async function readFinished(
  store: ObjectStore,
  tenant: string,
  { jobId, startedAt, finishedAt }: ListedExecution,
): Promise<Job | undefined> {
  if (!finishedAt) return undefined;
  const job = await readOutcome(store, tenant, jobId);
  if (!job || !isRunOver(job)) return undefined;
  // The same times as reading the job gives.
  return { ...job, createdAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() };
}
