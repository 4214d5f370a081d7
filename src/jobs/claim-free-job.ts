import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { isAbandoned } from '../records/jobs/job-deletion.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deleteJob } from './delete-job.ts';
import { claimJob, type JobClaim, type JobRequest } from '../records/jobs/job-request.ts';

/** A deletion takes seconds where the run has to be cancelled first. */
const patienceMs = 25_000;
const lookEveryMs = 100;

/**
 * Claims a job id for this request, or returns the earlier request that has it. Waits for a job under deletion, and
 * finishes the deletion if its process was killed. Throws `storage_unavailable` when a deletion takes too long.
 */
export async function claimFreeJob(
  dependencies: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  jobId: string,
  request: JobRequest,
): Promise<JobClaim> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const claim = await claimJob(dependencies.store, tenant, jobId, request);
    const { deletion } = claim.request;
    if (!deletion) return claim;
    if (isAbandoned(deletion)) await deleteJob(dependencies, tenant, jobId);
    else if (Date.now() > until) throw isBeingDeleted();
    else await delay(lookEveryMs);
  }
}

function isBeingDeleted(): ClassifierError {
  const detail = 'The job of this Idempotency-Key is being deleted. Please try again.';
  return new ClassifierError('storage_unavailable', detail);
}
