import type { Client } from '@temporalio/client';
import { deleteJobObjects } from '../definitions/job-objects.ts';
import { workflowTypes } from '../domain/contract.ts';
import type { RetentionCutoffs } from '../domain/retention.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { webhookWorkflowId } from '../domain/webhook.ts';
import { batchKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { writeTombstone } from '../storage/tombstones.ts';
import { deleteExecution, describeExecution } from '../temporal/executions.ts';
import type { StoredJob } from './stored-jobs.ts';

export interface ExpiryDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
}

/** A run that is closed for long enough, as a listing tells of it. */
export interface ClosedExecution {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

/**
 * Deletes what the store holds of a closed run's job or batch, and then the run, so that a sweep that was interrupted finds it again. Resolves with
 * whether it is gone: it stays while its webhook is still being delivered. Where a later run has its id, the objects are that one's.
 */
export async function expireExecution(
  { client, store }: ExpiryDependencies,
  { workflowId, runId, workflowType }: ClosedExecution,
): Promise<boolean> {
  if (workflowType !== workflowTypes.deliverWebhook) {
    const latest = await describeExecution(client, workflowId);
    if (latest?.runId === runId) {
      if (await isDelivering(client, workflowId)) return false;
      const tenant = latest.typedSearchAttributes.get(searchAttributeKeys.tenant);
      if (tenant !== undefined) await deleteObjects(store, tenant, { workflowId, runId, workflowType });
    }
  }
  await deleteExecution(client, workflowId, runId);
  return true;
}

async function deleteObjects(
  store: ObjectStore,
  tenant: string,
  { workflowId, runId, workflowType }: ClosedExecution,
): Promise<void> {
  if (workflowType === workflowTypes.classifyBatch) return store.deletePrefix(batchKeys(tenant, workflowId).prefix);
  await writeTombstone(store, tenant, workflowId, runId);
  await deleteJobObjects(store, tenant, workflowId);
}

/**
 * Deletes what the store holds of a job that Temporal does not know, or no longer, when it is finished for long enough, or was never started.
 * As long as there is a run, running or closed, it alone decides.
 */
export async function expireStoredJob(
  { client, store }: ExpiryDependencies,
  tenant: string,
  job: StoredJob,
): Promise<boolean> {
  if (await hasExecution(client, tenant, job.jobId)) return false;
  if (await isDelivering(client, job.jobId)) return false;
  await deleteJobObjects(store, tenant, job.jobId);
  return true;
}

/** Whether the age of a job's objects makes it worth asking Temporal about it. */
export function isOld(
  { finishedAt, changedAt }: Pick<StoredJob, 'finishedAt' | 'changedAt'>,
  { closedBefore, abandonedBefore }: RetentionCutoffs,
): boolean {
  if (closedBefore !== undefined && (finishedAt ?? changedAt) < new Date(closedBefore)) return true;
  return finishedAt === undefined && abandonedBefore !== undefined && changedAt < new Date(abandonedBefore);
}

/** A run of another tenant that has the same id, as children of other workflows may, is none of this job. */
async function hasExecution(client: Client, tenant: string, jobId: string): Promise<boolean> {
  const execution = await describeExecution(client, jobId);
  if (execution?.type !== workflowTypes.classifyDocument) return false;
  return (execution.typedSearchAttributes.get(searchAttributeKeys.tenant) ?? tenant) === tenant;
}

async function isDelivering(client: Client, jobId: string): Promise<boolean> {
  const delivery = await describeExecution(client, webhookWorkflowId(jobId));
  return delivery?.type === workflowTypes.deliverWebhook && delivery.closeTime === undefined;
}
