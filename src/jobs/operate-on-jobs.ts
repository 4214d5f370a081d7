import { isRunOver } from '../domain/job.ts';
import type { Client } from '@temporalio/client';
import type { PageLimits } from '../records/classifiers/run-question.ts';
import { workflowTypes } from '../domain/contract.ts';
import { ClassifierError, errorFacts, normalizeError } from '../domain/errors.ts';
import {
  addProgress,
  noProgress,
  type OperateOnPageInput,
  type OperateOnPageResult,
  type OperationProgress,
  type SkipReason,
} from '../domain/job-operation.ts';
import { mapBounded } from '../domain/map-bounded.ts';
import type { Logger } from '../logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import { listExecutions } from '../temporal/executions.ts';
import { cancelJob } from './cancel-job.ts';
import { deleteJob, isPartlyDeleted } from './delete-job.ts';
import { filterQuery, matchesFilter, type FilterScope } from './job-filter.ts';
import { findJob } from './find-job.ts';
import { findOperationRequest, type OperationRequest } from '../records/operations/operation-request.ts';
import type { Quotas } from './quota.ts';
import { createJobReader, type JobReader } from './read-job.ts';
import { rerunOfOperation } from './rerun-of-operation.ts';
import type { TenantSlotsOptions } from '../domain/tenant-slots.ts';
import { quoted } from './visibility-query.ts';

export interface OperateDependencies {
  readonly store: ObjectStore;
  readonly quotasWith: (client: Client) => Quotas;
  readonly pageLimits: PageLimits;
  /** The patience of reruns whose first job is forgotten. */
  readonly patienceSeconds: number;
  /** Reruns of one operation under way at a time. */
  readonly concurrency: number;
  /** Needed to create a reader of jobs; never used here. */
  readonly questions: TenantSlotsOptions;
  readonly logger: Logger;
}

export type OperateOnPage = (
  client: Client,
  input: OperateOnPageInput,
  signal: AbortSignal,
) => Promise<OperateOnPageResult>;

const pageSize = 25;
const jobsAtOnce = 8;
const deadlineMs = 10_000;

type Outcome = 'done' | SkipReason;
type Work = (jobId: string) => Promise<Outcome>;

/**
 * Creates the worker on one page of an operation's jobs. Repeating a page changes nothing. Counts what is wrong with a
 * job; throws an outage of the store or of Temporal. Stops between two jobs when the signal aborts, and returns what it
 * has done.
 */
export function createOperator(dependencies: OperateDependencies): OperateOnPage {
  return async function operateOnPage(client, input, signal) {
    const { store, concurrency } = dependencies;
    const { tenant, kind, operationId, pageToken } = input;
    const request = await findOperationRequest(store, tenant, kind, operationId);
    if (!request)
      throw new ClassifierError('document_missing', 'The request of this operation is gone from the store.');
    const size = Math.min(pageSize, concurrency);
    if (kind === 'rerun' && (await countRunning(client, operationId)) > concurrency - size) {
      return { ...noProgress, mustWait: true, ...(pageToken !== undefined && { pageToken }) };
    }
    const scope = { tenant, kind, operationId, until: Date.parse(request.createdAt) };
    const page = await listExecutions(client, filterQuery(request.filter, scope), size, pageToken);
    const work = workOf({ ...dependencies, client, quotas: dependencies.quotasWith(client) }, request, scope);
    const outcomes = await mapBounded(page.executions, jobsAtOnce, async ({ workflowId }) =>
      signal.aborted ? noProgress : progressOf(dependencies.logger, workflowId, work),
    );
    return {
      ...outcomes.reduce(addProgress, noProgress),
      ...(page.nextPageToken !== undefined && { pageToken: page.nextPageToken }),
    };
  };
}

async function countRunning(client: Client, operationId: string): Promise<number> {
  const type = quoted(workflowTypes.classifyDocument);
  const query = `WorkflowType = ${type} AND Batch = ${quoted(operationId)} AND ExecutionStatus = 'Running'`;
  return (await callTemporal(client, deadlineMs, () => client.workflow.count(query))).count;
}

async function progressOf(logger: Logger, jobId: string, work: Work): Promise<OperationProgress> {
  try {
    const outcome = await work(jobId);
    if (outcome === 'done') return { ...noProgress, counts: { ...noProgress.counts, done: 1 } };
    return { ...noProgress, counts: { ...noProgress.counts, skipped: 1 }, skippedBy: { [outcome]: 1 } };
  } catch (error) {
    const { code, cause } = normalizeError(error);
    if (errorFacts[code].status === 503) throw error;
    // The job would fail in each attempt; it must not block the other jobs.
    if (code === 'internal')
      logger.error({ jobId, error: cause }, 'a job of an operation on many could not be worked on');
    return { counts: { ...noProgress.counts, failed: 1 }, errors: [{ code, count: 1, jobId }] };
  }
}

interface WorkDependencies extends OperateDependencies {
  readonly client: Client;
  readonly quotas: Quotas;
}

function workOf(
  dependencies: WorkDependencies,
  request: OperationRequest,
  scope: FilterScope & { readonly operationId: string },
): Work {
  const { tenant, kind } = scope;
  const reader = createJobReader(dependencies);
  const find = (jobId: string) => findJob(reader, tenant, jobId);
  switch (kind) {
    case 'rerun':
      return (jobId) => rerunOfOperation({ ...dependencies, reader }, { ...scope, jobId, request });
    case 'cancellation':
      return (jobId) => cancel({ ...dependencies, reader }, jobId, request, scope);
    case 'deletion':
      return async (jobId) => {
        const job = await find(jobId);
        // An earlier attempt may have deleted it, wholly or partly.
        if (!job && !(await isPartlyDeleted(dependencies, tenant, jobId))) return 'done';
        if (job && !matchesFilter(job, request.filter, scope)) return 'changed';
        await deleteJob(dependencies, tenant, jobId);
        return 'done';
      };
  }
}

/** A job that is already cancelled was cancelled by an earlier attempt, or by somebody else. */
async function cancel(
  { client, reader }: WorkDependencies & { readonly reader: JobReader },
  jobId: string,
  { filter }: OperationRequest,
  scope: FilterScope,
): Promise<Outcome> {
  const { tenant } = scope;
  const job = await findJob(reader, tenant, jobId);
  if (!job) return 'gone';
  if (job.status === 'failed' && job.error.code === 'cancelled') return 'done';
  if (isRunOver(job) || !matchesFilter(job, filter, scope)) return 'changed';
  const asked = await cancelJob({ client }, reader.readWithoutProgress, tenant, jobId);
  return isRunOver(asked) ? 'changed' : 'done';
}
