import type { Job } from '../domain/job.ts';
import type { FilterScope } from './job-filter.ts';
import { readAskedOfJob } from './asked-of-job.ts';
import { uuidOf } from './idempotency.ts';
import { lookIfThere } from './look-if-there.ts';
import type { OperationRequest } from '../records/operations/operation-request.ts';
import { withChanges } from './rerun-changes.ts';
import { claimRerun, type RerunClaim } from './rerun-claim.ts';
import { fingerprintOfChanges, sameClickMs, type RerunDependencies } from './rerun-job.ts';
import { startRerun } from './start-rerun.ts';

export interface RerunOfOperation extends FilterScope {
  readonly operationId: string;
  /** Is over. */
  readonly job: Job;
  readonly request: OperationRequest;
}

/** Behind everything that somebody waits for, and behind batches. */
const lowestPriorityKey = 5;

/**
 * Runs a job again that an operation has found. The id of the new job follows from those of the operation and of the first one, so that it is one
 * job however often the step is repeated. A document whose job was run again already is skipped: its newest job stands for it, and is found by
 * itself. Throws what cannot be repeated of it.
 */
export async function rerunOfOperation(
  dependencies: RerunDependencies,
  { tenant, operationId, job, request }: RerunOfOperation,
): Promise<'done' | 'skipped'> {
  const { changes, requestId } = request;
  const asked = await withChanges(dependencies, tenant, await readAskedOfJob(dependencies, tenant, job), changes);
  const own: RerunClaim = {
    jobId: uuidOf(`${operationId}\0${job.jobId}`),
    claimedAt: new Date().toISOString(),
    fingerprint: fingerprintOfChanges(changes),
    operationId,
  };
  const claim = await claimRerun(dependencies.store, { tenant, jobId: job.jobId }, own, async (present) =>
    present.operationId === operationId ? false : isThereOrComing(dependencies, tenant, present),
  );
  if (claim.jobId !== own.jobId) return 'skipped';
  await startRerun(dependencies, {
    ...asked,
    tenant,
    jobId: own.jobId,
    rerunOf: job.jobId,
    operationId,
    requestId,
    ...(changes.priority === undefined && { priority: lowestPriorityKey }),
  });
  return 'done';
}

async function isThereOrComing(
  { reader }: Pick<RerunDependencies, 'reader'>,
  tenant: string,
  { jobId, claimedAt }: RerunClaim,
): Promise<boolean> {
  if (Date.now() - Date.parse(claimedAt) < sameClickMs) return true;
  return (await lookIfThere(reader, tenant, jobId)) !== undefined;
}
