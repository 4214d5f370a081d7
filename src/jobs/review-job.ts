import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { jobNotFound } from '../domain/error-sentences.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import { reviewUpdateName, type ReviewAnswer } from '../domain/review.ts';
import type { ReviewFacts } from '../domain/contract.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deleteReview, writeReview, type StoredReview } from '../records/jobs/job-review.ts';
import { tombstoneVersion } from '../records/jobs/tombstones.ts';
import { callTemporal } from '../temporal/connection.ts';
import type { JobReader } from './read-job.ts';
import type { JobWaits } from './wait-for-job.ts';

export interface ReviewJobDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly reader: JobReader;
  readonly waits: Pick<JobWaits, 'wait'>;
}

export interface ReviewJobRequest extends Omit<StoredReview, 'reviewedAt'> {
  readonly tenant: string;
  readonly jobId: string;
}

/** An update needs a worker. */
const updateDeadlineMs = 10_000;
/** After its review a run still stores its result. */
const endPatienceMs = 10_000;

/**
 * Gives a job a person's answer: a waiting run continues with it; a finished one changes in the store, as does an
 * earlier review. Returns the job. Throws `invalid_request` for a failed job, and for one under way that waits for
 * nobody.
 */
export async function reviewJob(dependencies: ReviewJobDependencies, request: ReviewJobRequest): Promise<Job> {
  const { reader } = dependencies;
  const { tenant, jobId } = request;
  const deletion = await tombstoneVersion(dependencies.store, tenant, jobId);
  const job = await reader.readWithoutProgress(tenant, jobId);
  if (isUnderWay(job) && (await tellRun(dependencies.client, request))) {
    return afterReview(dependencies, request, deletion);
  }
  const { status } = await reader.readWithoutProgress(tenant, jobId);
  if (status !== 'completed') {
    throw new ClassifierError(
      'invalid_request',
      `This run is ${status}; only a finished one, or one that waits, can be reviewed.`,
    );
  }
  await storeReview(dependencies, request, deletion);
  return reader.readWithoutProgress(tenant, jobId);
}

/** The run's result has the answer; the reasons are in no history. */
async function afterReview(
  dependencies: ReviewJobDependencies,
  request: ReviewJobRequest,
  deletion: string | undefined,
): Promise<Job> {
  const { tenant, jobId, insights } = request;
  if (insights !== undefined) await storeReview(dependencies, request, deletion);
  const signal = AbortSignal.timeout(endPatienceMs);
  return dependencies.waits.wait({ tenant, jobId, waitMs: endPatienceMs, signal });
}

/**
 * `deletion` is the state of deletions before the job was read. Throws `not_found` if the job was deleted since: none
 * of it may remain.
 */
async function storeReview(
  { store }: ReviewJobDependencies,
  request: ReviewJobRequest,
  deletion: string | undefined,
): Promise<void> {
  const { tenant, jobId, ...review } = request;
  await writeReview(store, tenant, jobId, { ...review, reviewedAt: new Date().toISOString() });
  if ((await tombstoneVersion(store, tenant, jobId)) === deletion) return;
  await deleteReview(store, tenant, jobId);
  throw jobNotFound();
}

function isUnderWay({ status }: Job): boolean {
  return status === 'queued' || status === 'processing';
}

/** False when the run ended before it got the answer. */
async function tellRun(client: Client, { jobId, classification, confidence }: ReviewJobRequest): Promise<boolean> {
  const answer = { classification, ...(confidence !== undefined && { confidence }) };
  const handle = client.workflow.getHandle(jobId);
  try {
    await callTemporal(client, updateDeadlineMs, () =>
      handle.executeUpdate<ReviewFacts, [ReviewAnswer]>(reviewUpdateName, { args: [answer] }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
      if (error.cause.type === 'invalid_request') throw new ClassifierError('invalid_request', error.cause.message);
      // The SDK's error when the run ended before it handled the update.
      return false;
    }
    throw error;
  }
}
