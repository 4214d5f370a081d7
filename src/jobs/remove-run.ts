import type { Client } from '@temporalio/client';
import { workflowTypes } from '../domain/contract.ts';
import { webhookWorkflowId } from '../domain/webhook.ts';
import { writeTombstone } from '../records/jobs/tombstones.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deleteExecution, describeExecution, terminateExecution } from '../temporal/executions.ts';

export interface RunToRemove {
  readonly tenant: string;
  readonly jobId: string;
  readonly runId: string;
  /** Why, for the history. */
  readonly reason: string;
}

/**
 * Ends a run that is of no job, and makes Temporal forget it and what tells of its end. From then on nothing that it
 * writes is kept. Other runs of the same id stay as they are.
 */
export async function removeRun(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  { tenant, jobId, runId, reason }: RunToRemove,
): Promise<void> {
  await writeTombstone(store, tenant, jobId, runId);
  await terminateExecution(client, jobId, reason, runId);
  await deleteDelivery(client, jobId, { reason, ofRun: runId });
  await deleteExecution(client, jobId, runId);
}

/**
 * A receiver is told nothing any more, not even what was on its way; `ofRun`: only what one run has left to be told.
 */
export async function deleteDelivery(
  client: Client,
  jobId: string,
  { reason, ofRun }: { readonly reason: string; readonly ofRun?: string },
): Promise<void> {
  const delivery = await describeExecution(client, webhookWorkflowId(jobId));
  if (delivery?.type !== workflowTypes.deliverWebhook) return;
  if (ofRun !== undefined && delivery.parentExecution?.runId !== ofRun) return;
  if (delivery.closeTime === undefined) await terminateExecution(client, delivery.workflowId, reason, delivery.runId);
  await deleteExecution(client, delivery.workflowId, delivery.runId);
}
