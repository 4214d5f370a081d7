import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import type { Job } from '../domain/job.ts';
import { readJson, writeJson } from '../storage/json-documents.ts';
import { jobKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal, grpcCode } from '../temporal/connection.ts';

const deadlineMs = 5000;
/** How long a running job may take to heed its cancellation before it is terminated. */
const cancelPatienceMs = 5000;
const grpcNotFound = 5;

const tombstoneSchema = z.object({ runId: z.string() });

/**
 * Deletes a job: its execution, its document, pages and result. A running one is cancelled first, so that nothing writes behind
 * the deletion. Temporal forgets an execution up to half a minute after it was told to; a tombstone hides it until then.
 */
export async function deleteJob(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  job: Job,
): Promise<void> {
  const keys = jobKeys(tenant, job.jobId);
  if (job.status === 'queued' || job.status === 'processing') await end(client, job.jobId);
  const runId = await runIdOf(client, job.jobId);
  if (runId !== undefined) await writeJson(store, keys.tombstone, { runId });
  await store.deletePrefix(keys.prefix);
  if (runId === undefined) return;
  await unlessGone(
    callTemporal(client, deadlineMs, () =>
      client.workflowService.deleteWorkflowExecution({
        namespace: client.options.namespace,
        workflowExecution: { workflowId: job.jobId, runId },
      }),
    ),
  );
}

/** Whether this closed execution is what is left of a deleted job. */
export async function isDeleted(
  store: ObjectStore,
  tenant: string,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<boolean> {
  const { tombstone } = jobKeys(tenant, workflowId);
  const left = await readJson(store, tombstone, (value) => tombstoneSchema.parse(value));
  return left?.value.runId === runId;
}

async function end(client: Client, jobId: string): Promise<void> {
  const handle = client.workflow.getHandle(jobId);
  await unlessGone(callTemporal(client, deadlineMs, () => handle.cancel()));
  try {
    await callTemporal(client, cancelPatienceMs, () => handle.result());
  } catch {
    // Cancelled, which is what was asked for; or still running, and then it is ended without its consent.
  }
  await unlessGone(callTemporal(client, deadlineMs, () => handle.terminate('deleted by its owner')));
}

async function runIdOf(client: Client, jobId: string): Promise<string | undefined> {
  const handle = client.workflow.getHandle(jobId);
  return (await unlessGone(callTemporal(client, deadlineMs, () => handle.describe())))?.runId;
}

/** An execution that is closed or gone already is what a deletion is after. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || grpcCode(error) === grpcNotFound) return undefined;
    throw error;
  }
}
