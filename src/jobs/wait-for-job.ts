import type { Client } from '@temporalio/client';
import type { Job } from '../domain/job.ts';
import type { JobReader } from './read-job.ts';

/**
 * Waits until a job is finished, at most `waitMs`, and gives it as it is then. Temporal tells of the end by itself, so waiting costs no polling.
 * `signal` ends the wait when the caller has gone.
 */
export async function waitForJob(
  { client }: { readonly client: Client },
  reader: JobReader,
  {
    tenant,
    jobId,
    waitMs,
    signal,
  }: { readonly tenant: string; readonly jobId: string; readonly waitMs: number; readonly signal: AbortSignal },
): Promise<Job> {
  if (waitMs <= 0) return reader.read(tenant, jobId);
  const job = await reader.look(tenant, jobId);
  if (job.status === 'completed' || job.status === 'failed') return job;
  try {
    await client.connection.withAbortSignal(signal, () =>
      client.connection.withDeadline(Date.now() + waitMs, () => client.workflow.getHandle(jobId).result()),
    );
  } catch {
    // It failed, the time is over, or Temporal is away: what there is to say of it, reading says.
  }
  return reader.read(tenant, jobId);
}
