import { jobNotFound } from '../domain/error-sentences.ts';
import type { Job } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readStoredOutcome, toJob } from '../records/jobs/job-outcome.ts';
import type { ListedExecution } from './executions-in-order.ts';
import { isRunOver } from './run-status.ts';

/**
 * A listed job that is finished, from what is stored of it, which tells as much as Temporal at a fraction of the price. Undefined for one that
 * runs, and for one that left nothing behind: one that was terminated, or deleted. Throws `not_found` for a run whose id is the job of another one.
 */
export async function readFinished(
  store: ObjectStore,
  tenant: string,
  { jobId, runId, startedAt, finishedAt }: ListedExecution,
): Promise<Job | undefined> {
  if (!finishedAt) return undefined;
  const outcome = await readStoredOutcome(store, tenant, jobId);
  if (outcome?.runId !== undefined && outcome.runId !== runId) throw jobNotFound();
  const job = outcome && (await toJob(store, tenant, outcome));
  if (!job || !isRunOver(job)) return undefined;
  // The same times as reading the job gives.
  return { ...job, createdAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() };
}
