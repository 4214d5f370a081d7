import type { PageLimits } from '../records/classifiers/run-question.ts';
import type { ClassifyDocumentResult } from '../domain/contract.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import { cancelJob } from './cancel-job.ts';
import { deleteJob, isPartlyDeleted } from './delete-job.ts';
import { readMetadata, readReasoning, openPageImage, type PageImage } from '../records/jobs/job-details.ts';
import { listJobs, type JobPage, type ListJobsRequest } from './list-jobs.ts';
import { readJobRequest } from '../records/jobs/job-request.ts';
import type { Quotas } from './quota.ts';
import { createJobReader, type JobReaderDependencies } from './read-job.ts';
import { rerunJob, type RerunRequest } from './rerun-job.ts';
import { reviewJob, type ReviewJobRequest } from './review-job.ts';
import type { Rerun } from './start-rerun.ts';
import { admitJob, submitJob, type Submission } from './submit-job.ts';
import { createJobWaits, type ReservedWait, type WaitDependencies, type WaitRequest } from './wait-for-job.ts';

export type { RerunRequest } from './rerun-job.ts';
export type { StartJobRequest } from './start-job-request.ts';
export type { ListJobsRequest } from './list-jobs.ts';

export interface JobServiceDependencies extends WaitDependencies, JobReaderDependencies {
  readonly quotas: Quotas;
  readonly pageLimits: PageLimits;
  /** The patience of jobs that name none, in seconds. */
  readonly patienceSeconds: number;
}

/**
 * Jobs, for both contracts. Looks up everything inside a tenant: another tenant's job throws the same `not_found` as an
 * id that never existed.
 */
export interface JobService {
  /**
   * Returns the id of the job that a request is to start, with an `Idempotency-Key` always the same one. Throws
   * `quota_exceeded`.
   */
  admit(tenant: string, key?: string): Promise<string>;
  /**
   * Resolves when Temporal has the run, with what is left of the tenant's quota; then it cannot be lost. A refused
   * submission leaves nothing in the store.
   */
  submit(submission: Submission): Promise<number | undefined>;
  read(tenant: string, jobId: string): Promise<Job>;
  /** The same without the progress of a running job, so that it needs no worker. */
  readWithoutProgress(tenant: string, jobId: string): Promise<Job>;
  /** Reads a job when it is finished, or after `waitMs`; at once if the tenant has its share of waits. */
  wait(request: WaitRequest): Promise<Job>;
  /** Reserves a place for a wait before the job is started. Throws `rate_limited`. */
  reserveWait(tenant: string): ReservedWait;
  list(request: ListJobsRequest): Promise<JobPage>;
  /** Asks for cancellation, which takes a few seconds; a finished job stays as it is. */
  cancel(tenant: string, jobId: string): Promise<Job>;
  /**
   * Gives a job a person's answer. Throws `invalid_request` for a failed job, and for one under way that waits for
   * nobody.
   */
  review(request: ReviewJobRequest): Promise<Job>;
  /**
   * Runs a finished job again, as a new job. Throws `invalid_request` and `document_missing` where that is impossible.
   */
  rerun(request: RerunRequest): Promise<Rerun>;
  /** Deletes the job and all that belongs to it. */
  delete(tenant: string, jobId: string): Promise<void>;
  /** Throws `not_found` when the page has no image. */
  pageImage(tenant: string, jobId: string, pageNumber: number): Promise<PageImage>;
  reasoning(tenant: string, result: ClassifyDocumentResult): Promise<ReadonlyMap<number, string>>;
  metadata(tenant: string, jobId: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** The job that this one repeats. */
  rerunOf(tenant: string, jobId: string): Promise<string | undefined>;
}

export function createJobService(dependencies: JobServiceDependencies): JobService {
  const { store } = dependencies;
  const reader = createJobReader(dependencies);
  const waits = createJobWaits(dependencies, reader);
  return {
    submit: (submission) => submitJob(dependencies, submission),
    admit: (tenant, key) => admitJob(dependencies.quotas, tenant, key),
    read: reader.read,
    readWithoutProgress: reader.readWithoutProgress,
    wait: waits.wait,
    reserveWait: waits.reserve,
    list: (request) => listJobs(dependencies, reader.read, request),
    cancel: (tenant, jobId) => cancelJob(dependencies, reader.read, tenant, jobId),
    review: (request) => reviewJob({ ...dependencies, reader, waits }, request),
    rerun: (request) => rerunJob({ ...dependencies, reader }, request),
    async delete(tenant, jobId) {
      try {
        await reader.readWithoutProgress(tenant, jobId);
      } catch (error) {
        if (!isNotFound(error) || !(await isPartlyDeleted(dependencies, tenant, jobId))) throw error;
      }
      await deleteJob(dependencies, tenant, jobId);
    },
    async pageImage(tenant, jobId, pageNumber) {
      await reader.readWithoutProgress(tenant, jobId);
      return openPageImage(store, tenant, jobId, pageNumber);
    },
    reasoning: (tenant, result) => readReasoning(store, tenant, result),
    metadata: (tenant, jobId) => readMetadata(store, tenant, jobId),
    rerunOf: async (tenant, jobId) => (await readJobRequest(store, tenant, jobId))?.rerunOf,
  };
}

function isNotFound(error: unknown): boolean {
  return error instanceof ClassifierError && error.code === 'not_found';
}
