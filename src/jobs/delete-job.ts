import type { Client } from '@temporalio/client';
import { deleteJobObjects } from '../definitions/job-objects.ts';
import { workflowTypes } from '../domain/contract.ts';
import type { Job } from '../domain/job.ts';
import { webhookWorkflowId } from '../domain/webhook.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { writeTombstone } from '../storage/tombstones.ts';
import { callTemporal } from '../temporal/connection.ts';
import { deleteExecution, describeExecution, terminateExecution, unlessGone } from '../temporal/executions.ts';

const cancelDeadlineMs = 5000;
/** How long a running job may take to heed its cancellation before it is terminated. */
const cancelPatienceMs = 5000;
const reason = 'deleted by its owner';

/**
 * Deletes a job: its execution and that of its webhook, its document, pages and result. A running one is cancelled first, so that nothing writes behind
 * the deletion. Temporal forgets an execution some time after it was told to; a tombstone hides it until then.
 */
export async function deleteJob(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  { jobId, status }: Job,
): Promise<void> {
  if (status === 'queued' || status === 'processing') await end(client, jobId);
  await deleteDelivery(client, jobId);
  const execution = await describeExecution(client, jobId);
  if (execution) await writeTombstone(store, tenant, jobId, execution.runId);
  await deleteJobObjects(store, tenant, jobId);
  if (execution) await deleteExecution(client, jobId, execution.runId);
}

async function end(client: Client, jobId: string): Promise<void> {
  const handle = client.workflow.getHandle(jobId);
  await unlessGone(callTemporal(client, cancelDeadlineMs, () => handle.cancel()));
  try {
    await callTemporal(client, cancelPatienceMs, () => handle.result());
  } catch {
    // Cancelled, which is what was asked for; or still running, and then it is ended without its consent.
  }
  await terminateExecution(client, jobId, reason);
}

/** A receiver is told nothing any more, not even what was on its way. */
async function deleteDelivery(client: Client, jobId: string): Promise<void> {
  const delivery = await describeExecution(client, webhookWorkflowId(jobId));
  if (delivery?.type !== workflowTypes.deliverWebhook) return;
  if (delivery.closeTime === undefined) await terminateExecution(client, delivery.workflowId, reason);
  await deleteExecution(client, delivery.workflowId, delivery.runId);
}
