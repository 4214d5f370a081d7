import { ClassifierError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { JobReader } from './read-job.ts';

/** Reads a job without its progress; undefined for an unknown one. */
export async function findJob(
  reader: Pick<JobReader, 'readWithoutProgress'>,
  tenant: string,
  jobId: string,
): Promise<Job | undefined> {
  try {
    return await reader.readWithoutProgress(tenant, jobId);
  } catch (error) {
    if (error instanceof ClassifierError && error.code === 'not_found') return undefined;
    throw error;
  }
}
