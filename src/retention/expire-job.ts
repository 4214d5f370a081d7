import type { Client } from '@temporalio/client';
import { beginDeletion, type JobDeletion } from '../records/jobs/job-deletion.ts';
import { workflowTypes } from '../domain/contract.ts';
import type { RetentionCutoffs } from '../domain/retention.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { webhookWorkflowId } from '../domain/webhook.ts';
import { batchKeys, operationKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deleteExecution, describeExecution } from '../temporal/executions.ts';
import type { PendingDeliveries } from './pending-deliveries.ts';
import type { StoredJob } from './stored-jobs.ts';

/** A claimed id's run starts within seconds, or its process was killed. */
const startMs = 60 * 60 * 1000;

export interface ExpiryDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  /** Looked up not long ago. */
  readonly pending: PendingDeliveries;
}

/** An expired closed run, as a listing shows it. */
export interface ClosedExecution {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

/**
 * Deletes the objects of a closed run's job or batch, and then the run, so that the next sweep finds an interrupted one
 * again. Resolves with whether it is gone: it stays while its webhook or event is still being delivered. If a later run
 * has its id, the objects are that one's.
 */
export async function expireExecution(
  { client, store, pending }: ExpiryDependencies,
  execution: ClosedExecution,
): Promise<boolean> {
  const { workflowId, runId, workflowType } = execution;
  if (workflowType !== workflowTypes.deliverWebhook) {
    const latest = await describeExecution(client, workflowId);
    if (latest?.runId === runId) {
      if (await isDelivering(client, workflowId)) return false;
      const tenant = latest.typedSearchAttributes.get(searchAttributeKeys.tenant);
      if (tenant !== undefined) {
        const kind = workflowType === workflowTypes.classifyBatch ? 'batch' : 'run';
        if (pending.needsSubject(tenant, kind, workflowId)) return false;
        await deleteObjects({ client, store }, tenant, execution);
      }
    }
  }
  await deleteExecution(client, workflowId, runId);
  return true;
}

async function deleteObjects(
  { client, store }: Pick<ExpiryDependencies, 'client' | 'store'>,
  tenant: string,
  { workflowId, runId, workflowType }: ClosedExecution,
): Promise<void> {
  if (workflowType === workflowTypes.classifyBatch) return store.deletePrefix(batchKeys(tenant, workflowId).prefix);
  if (isOperation(workflowType)) return store.deletePrefix(operationKeys(tenant, workflowId).prefix);
  const deletion = await beginDeletion(store, tenant, workflowId);
  if (!deletion) return;
  // Somebody may have deleted the job and claimed its id since we looked; from here on nobody can.
  const latest = await describeExecution(client, workflowId);
  if (latest?.runId !== runId || !(await deletion.isStarted(latest))) return deletion.abandon();
  await deletion.finish({ runId });
}

function isOperation(workflowType: string): boolean {
  const { rerunJobs, cancelJobs, deleteJobs } = workflowTypes;
  return [rerunJobs, cancelJobs, deleteJobs].some((type) => type === workflowType);
}

/**
 * Deletes the objects of a job that Temporal does not know (any more), if it finished long ago or never started. While
 * Temporal has a run, running or closed, only the run decides.
 */
export async function expireStoredJob(
  { client, store, pending }: ExpiryDependencies,
  tenant: string,
  job: StoredJob,
): Promise<boolean> {
  if (await hasExecution(client, tenant, job.jobId)) return false;
  if (pending.needsSubject(tenant, 'run', job.jobId) || (await isDelivering(client, job.jobId))) return false;
  const deletion = await beginDeletion(store, tenant, job.jobId);
  if (!deletion) return false;
  if ((await hasExecution(client, tenant, job.jobId)) || isFresh(deletion)) {
    await deletion.abandon();
    return false;
  }
  await deletion.finish({ runId: undefined });
  return true;
}

/** Its run is about to start. */
function isFresh({ claimedAt }: JobDeletion): boolean {
  return claimedAt !== undefined && Date.now() - Date.parse(claimedAt) < startMs;
}

/** Whether the age of a job's objects makes it worth asking Temporal about it. */
export function isOld(
  { finishedAt, changedAt }: Pick<StoredJob, 'finishedAt' | 'changedAt'>,
  { closedBefore, abandonedBefore }: RetentionCutoffs,
): boolean {
  if (closedBefore !== undefined && (finishedAt ?? changedAt) < new Date(closedBefore)) return true;
  return finishedAt === undefined && abandonedBefore !== undefined && changedAt < new Date(abandonedBefore);
}

/** Another tenant's run with the same id, which a child workflow may have, is not this job's. */
async function hasExecution(client: Client, tenant: string, jobId: string): Promise<boolean> {
  const execution = await describeExecution(client, jobId);
  if (execution?.type !== workflowTypes.classifyDocument) return false;
  return (execution.typedSearchAttributes.get(searchAttributeKeys.tenant) ?? tenant) === tenant;
}

async function isDelivering(client: Client, jobId: string): Promise<boolean> {
  const delivery = await describeExecution(client, webhookWorkflowId(jobId));
  return delivery?.type === workflowTypes.deliverWebhook && delivery.closeTime === undefined;
}
