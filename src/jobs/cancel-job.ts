import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { isRunOver, type Job } from '../domain/job.ts';
import { callTemporal } from '../temporal/connection.ts';

const cancelDeadlineMs = 5000;

/** Asks Temporal to cancel a running job and returns the job as it was then. */
export async function cancelJob(
  { client }: { readonly client: Client },
  read: (tenant: string, jobId: string) => Promise<Job>,
  tenant: string,
  jobId: string,
): Promise<Job> {
  const job = await read(tenant, jobId);
  if (isRunOver(job)) return job;
  try {
    await callTemporal(client, cancelDeadlineMs, () => client.workflow.getHandle(jobId).cancel());
  } catch (error) {
    // It finished between the two calls.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return read(tenant, jobId);
  }
  return job;
}
