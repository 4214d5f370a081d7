import type { Client } from '@temporalio/client';
import { workflowTypes } from '../domain/contract.ts';
import { decodeCursor, encodeCursor } from '../records/cursor.ts';
import type { Job, JobStatus } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { executionsInOrder, isPosition, positionOf } from './executions-in-order.ts';
import { readFinished, readListed } from './read-listed.ts';
import { quoted, quotedTime, valueCondition } from './visibility-query.ts';

export interface ListJobsRequest {
  readonly tenant: string;
  /** 1 to 100. */
  readonly limit: number;
  /** Where an earlier page ended; opaque. */
  readonly cursor?: string;
  readonly status?: JobStatus;
  readonly classification?: string;
  /** Only reruns of this job. */
  readonly rerunOf?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

export interface ListedJob {
  readonly job: Job;
  /** The job that it reruns. */
  readonly rerunOf?: string;
}

export interface JobPage {
  /** Newest first. */
  readonly jobs: readonly ListedJob[];
  /** Absent when there are no more. */
  readonly nextCursor?: string;
}

const executionStatuses = {
  queued: ['Running'],
  processing: ['Running'],
  completed: ['Completed'],
  failed: ['Failed', 'Canceled', 'Terminated', 'TimedOut'],
} as const satisfies Record<JobStatus, readonly string[]>;

/**
 * Lists a tenant's jobs that Temporal still has, by its visibility, which lags by a moment. Throws `invalid_request`
 * for a bad cursor.
 */
export async function listJobs(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  read: (tenant: string, jobId: string) => Promise<Job>,
  request: ListJobsRequest,
): Promise<JobPage> {
  const query = queryOf(request);
  const scope = JSON.stringify([query, request.status, request.classification, request.rerunOf]);
  const after =
    request.cursor === undefined ? undefined : decodeCursor(request.cursor, scope, { field: 'cursor', isPosition });
  const executions = executionsInOrder(client, { query, after, sortBy: 'createdAt', sortDir: 'desc' });
  const { items, end } = await readListed(executions, {
    size: request.limit,
    positionOf: (execution) => positionOf(execution, 'createdAt'),
    read: async (execution) => {
      const { tenant } = request;
      const { jobId, rerunOf } = execution;
      const job = (await readFinished(store, tenant, execution)) ?? (await read(tenant, jobId));
      return { job, ...(rerunOf !== undefined && { rerunOf }) };
    },
    isWanted: (listed) => isWanted(listed, request),
  });
  return { jobs: items, ...(end !== undefined && { nextCursor: encodeCursor(end, scope) }) };
}

/** Temporal's list filter, an SQL WHERE clause: https://docs.temporal.io/list-filter */
function queryOf({ tenant, status, classification, rerunOf, createdAfter, createdBefore }: ListJobsRequest): string {
  const conditions = [`WorkflowType = ${quoted(workflowTypes.classifyDocument)}`, `Tenant = ${quoted(tenant)}`];
  if (status) conditions.push(`ExecutionStatus IN (${executionStatuses[status].map(quoted).join(', ')})`);
  if (classification !== undefined) conditions.push(valueCondition('Classification', classification));
  if (rerunOf !== undefined) conditions.push(valueCondition('RerunOf', rerunOf));
  // Temporal's times are finer than ours: compare with the end of the millisecond, or a job would be later than its own
  // `created_at`.
  if (createdAfter) conditions.push(`StartTime >= ${quotedTime(createdAfter.getTime() + 1)}`);
  if (createdBefore) conditions.push(`StartTime < ${quotedTime(createdBefore.getTime())}`);
  return conditions.join(' AND ');
}

function isWanted({ job, rerunOf }: ListedJob, { status, classification, ...wanted }: ListJobsRequest): boolean {
  if (wanted.rerunOf !== undefined && rerunOf !== wanted.rerunOf) return false;
  if (status !== undefined && job.status !== status) return false;
  if (classification === undefined) return true;
  return job.status === 'completed' && job.result.classification === classification;
}
