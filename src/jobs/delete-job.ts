import type { Client } from '@temporalio/client';
import { beginDeletion } from '../records/jobs/job-deletion.ts';
import { jobNotFound } from '../domain/error-sentences.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { hasTombstone } from '../records/jobs/tombstones.ts';
import { callTemporal } from '../temporal/connection.ts';
import { deleteExecution, describeExecution, terminateExecution, unlessGone } from '../temporal/executions.ts';
import { describeOwnRun, isOfTenant } from './own-run.ts';
import { deleteDelivery } from './remove-run.ts';

const cancelDeadlineMs = 5000;
/** How long a running job may take to react to its cancellation before it is terminated. */
const cancelPatienceMs = 5000;
const reason = 'deleted by its owner';

/**
 * Deletes a job: its execution and that of its webhook, its document, pages and result. Cancels a running job first, so
 * that nothing writes behind the deletion. Temporal forgets an execution only some time later; a tombstone hides it
 * until then. A later request with the job's idempotency key creates a new job.
 */
export async function deleteJob(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  jobId: string,
): Promise<void> {
  const deletion = await beginDeletion(store, tenant, jobId);
  if (!deletion) return;
  const execution = await describeOwnRun({ client, store }, tenant, jobId);
  if (!(await deletion.isStarted(execution))) {
    await deletion.abandon();
    throw jobNotFound();
  }
  if (execution && execution.closeTime === undefined) await end(client, jobId, execution.runId);
  await deleteDelivery(client, jobId, { reason });
  await deletion.finish({ runId: execution?.runId });
  if (execution) await deleteExecution(client, jobId, execution.runId);
}

/** Whether an interrupted deletion left objects of a job that can no longer be found. */
export async function isPartlyDeleted(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  jobId: string,
): Promise<boolean> {
  const execution = await describeExecution(client, jobId);
  if (!execution || !isOfTenant(execution, tenant)) return false;
  if (!(await hasTombstone(store, tenant, jobId, execution.runId))) return false;
  for await (const _ of store.list(jobKeys(tenant, jobId).prefix)) return true;
  return false;
}

async function end(client: Client, jobId: string, runId: string): Promise<void> {
  const handle = client.workflow.getHandle(jobId, runId);
  await unlessGone(callTemporal(client, cancelDeadlineMs, () => handle.cancel()));
  try {
    await callTemporal(client, cancelPatienceMs, () => handle.result());
  } catch {
    // Cancelled, as requested; or still running, and then terminated.
  }
  await terminateExecution(client, jobId, reason, runId);
}
