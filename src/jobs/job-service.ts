import type { Client } from '@temporalio/client';
import type { Job } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { cancelJob } from './cancel-job.ts';
import { createJobReader } from './read-job.ts';
import { startJob, type StartJobRequest } from './start-job.ts';

export type { StartJobRequest } from './start-job.ts';

export interface JobServiceDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
}

/**
 * What every contract does with jobs. Everything is looked up inside a tenant: a job of another tenant throws the same
 * `not_found` as one that never was.
 */
export interface JobService {
  /** Resolves when Temporal has the run, from where on it cannot be lost. */
  start(request: StartJobRequest): Promise<void>;
  read(tenant: string, jobId: string): Promise<Job>;
  /** Asks for cancellation, which takes a few seconds; a finished job stays as it is. */
  cancel(tenant: string, jobId: string): Promise<Job>;
}

export function createJobService(dependencies: JobServiceDependencies): JobService {
  const read = createJobReader(dependencies);
  return {
    start: (request) => startJob(dependencies, request),
    read,
    cancel: (tenant, jobId) => cancelJob(dependencies, read, tenant, jobId),
  };
}
