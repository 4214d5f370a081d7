import { jobNotFound } from '../domain/error-sentences.ts';
import type { Job } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readOutcome } from '../records/jobs/job-outcome.ts';

/** Reads a job that Temporal has forgotten from its `result.json`. Throws `not_found` when there is none. */
export async function readStoredJob(store: ObjectStore, tenant: string, jobId: string): Promise<Job> {
  const job = await readOutcome(store, tenant, jobId);
  if (!job) throw jobNotFound();
  return job;
}
