import type { Job } from '../domain/job.ts';
import type { SkipReason } from '../domain/job-operation.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { readJobRequest } from '../records/jobs/job-request.ts';
import type { OperationRequest } from '../records/operations/operation-request.ts';
import { describeExecution } from '../temporal/executions.ts';
import { readOriginalRequest } from './original-request.ts';
import { undoIfRefused } from './counted-start.ts';
import { uuidOf } from './idempotency.ts';
import { isCreatedWithin, matchesFilter, type FilterScope } from './job-filter.ts';
import { findJob } from './find-job.ts';
import { applyChanges, type RepeatedRequest, type RerunChanges } from './rerun-changes.ts';
import { claimRerun, findStandingRerun, withdrawRerun, type RerunClaim } from './rerun-claim.ts';
import { fingerprintOfChanges, type RerunDependencies } from './rerun-job.ts';
import { isStanding } from './standing-rerun.ts';
import { startRerun } from './start-rerun.ts';

export interface RerunOfOperation extends FilterScope {
  readonly operationId: string;
  readonly jobId: string;
  readonly request: Pick<OperationRequest, 'filter' | 'isKeyed' | 'requestId'> & { readonly changes: RerunChanges };
}

/** Behind everything that somebody waits for, and behind batches. */
const lowestPriorityKey = 5;

/**
 * Runs a job again that an operation found. The new job's id derives from the operation and the first job, so repeating
 * the step makes one job. Throws if the job cannot run again.
 */
export async function rerunOfOperation(
  dependencies: RerunDependencies,
  rerun: RerunOfOperation,
): Promise<'done' | SkipReason> {
  const { store } = dependencies;
  const { tenant, operationId, jobId, request } = rerun;
  const { changes, requestId } = request;
  const asked = await planRerun(dependencies, rerun);
  if (typeof asked === 'string') return asked;
  const own = claimOf(rerun);
  const claim = await claimRerun(store, { tenant, jobId }, own, stands(dependencies, rerun));
  if (claim.jobId !== own.jobId) return 'rerun_already';
  const start = () =>
    startRerun(dependencies, {
      ...asked,
      tenant,
      jobId: own.jobId,
      rerunOf: jobId,
      operationId,
      requestId,
      ...(changes.priority === undefined && { priority: lowestPriorityKey }),
    });
  await undoIfRefused(start, () => withdrawRerun(store, { tenant, jobId }, own.jobId));
  return 'done';
}

/**
 * Finds what an operation would do with a job, without doing it: the new request, or why it would skip the job. Throws
 * if the job cannot run again.
 */
export async function planRerun(
  dependencies: RerunDependencies,
  rerun: RerunOfOperation,
): Promise<RepeatedRequest | SkipReason> {
  const { store, reader } = dependencies;
  const { tenant, jobId, request } = rerun;
  const job = await findJob(reader, tenant, jobId);
  if (!job) return 'gone';
  if (!matchesFilter(job, request.filter, rerun)) return 'changed';
  if (await isFoundAsItsOriginal(dependencies, rerun)) return 'same_document';
  const own = claimOf(rerun);
  const present = await findStandingRerun(store, { tenant, jobId }, own, stands(dependencies, rerun));
  if (present && present.jobId !== own.jobId) return 'rerun_already';
  return applyChanges(dependencies, tenant, await readOriginalRequest(dependencies, tenant, job), request.changes);
}

function claimOf({ operationId, jobId, request }: RerunOfOperation): RerunClaim {
  return {
    jobId: uuidOf(`${operationId}\0${jobId}`),
    claimedAt: new Date().toISOString(),
    fingerprint: fingerprintOfChanges(request.changes),
    operationId,
  };
}

/** With a key of its own the caller wants the rerun, whatever ran before. */
function stands(dependencies: RerunDependencies, { tenant, request }: RerunOfOperation) {
  return async (claim: RerunClaim) => !request.isKeyed && (await isStanding(dependencies, tenant, claim));
}

/** Whether the filter also finds the job's original: then the original stands for their document. */
async function isFoundAsItsOriginal(
  { client, store, reader }: RerunDependencies,
  { request: { filter }, jobId, ...scope }: RerunOfOperation,
): Promise<boolean> {
  const { tenant } = scope;
  const { rerunOf } = (await readJobRequest(store, tenant, jobId)) ?? {};
  if (rerunOf === undefined) return false;
  const original: Job | undefined = await findJob(reader, tenant, rerunOf);
  if (!original || !matchesFilter(original, filter, scope) || !isCreatedWithin(original, filter)) return false;
  const attributes = (await describeExecution(client, rerunOf))?.typedSearchAttributes;
  // No filter finds what Temporal has forgotten.
  if (!attributes) return false;
  const { batchId, classifierId } = filter;
  if (batchId !== undefined && attributes.get(searchAttributeKeys.batch) !== batchId) return false;
  return classifierId === undefined || attributes.get(searchAttributeKeys.classifierId) === classifierId;
}
