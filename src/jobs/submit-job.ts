import { randomUUID } from 'node:crypto';
import { startCounted, undoIfRefused } from './counted-start.ts';
import { jobIdOfKey } from './idempotency.ts';
import type { Quotas } from './quota.ts';
import { startJob } from './start-job.ts';
import type { StartJobRequest } from './start-job-request.ts';
import type { StartRunDependencies } from './start-run.ts';

export interface SubmitJobDependencies extends StartRunDependencies {
  readonly quotas: Quotas;
}

/** A request whose document, if it came with one, is in the store already. */
export interface Submission {
  /** Throws what is wrong with it. */
  readonly toRequest: () => StartJobRequest;
  /** Deletes its document. */
  readonly discard: () => Promise<void>;
}

/**
 * Returns the id of the job that a request is to start; with an `Idempotency-Key` always the same one. Throws
 * `quota_exceeded`, before its document is received for nothing, and `invalid_request` for a bad key.
 */
export async function admitJob(quotas: Quotas, tenant: string, key?: string): Promise<string> {
  const jobId = key === undefined ? randomUUID() : jobIdOfKey(tenant, key);
  await quotas.check(tenant, jobId);
  return jobId;
}

/**
 * Counts and starts a job, and deletes its document if the request is refused, or repeats one whose document is used.
 * Resolves with what is left of the tenant's quota; undefined if it has none.
 */
export async function submitJob(
  dependencies: SubmitJobDependencies,
  { toRequest, discard }: Submission,
): Promise<number | undefined> {
  const { quotas } = dependencies;
  return undoIfRefused(async () => {
    const request = toRequest();
    const { tenant, jobId, isIdempotent } = request;
    const share = await (isIdempotent ? quotas.takeShared(tenant, jobId) : quotas.take(tenant, jobId));
    let isRepeated = false;
    const { remaining } = await startCounted(share, async () => {
      const started = await startJob(dependencies, request);
      isRepeated = started.isRepeated;
      return started.isStarted;
    });
    if (isRepeated) await discard();
    return remaining;
  }, discard);
}
