import type { Client } from '@temporalio/client';
import { workflowTypes } from '../domain/contract.ts';
import type { Job, JobStatus } from '../domain/job.ts';
import type { JobFilter, OperationKind } from '../domain/job-operation.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { callTemporal } from '../temporal/connection.ts';
import { idCondition, isFindable, quoted, quotedTime, valueCondition } from './visibility-query.ts';

export interface FilterScope {
  readonly tenant: string;
  readonly kind: OperationKind;
  /** Milliseconds. Excludes jobs that started later, or an operation would work on its own jobs. */
  readonly until: number;
  /** Excludes this operation's own jobs, whatever the clocks say. */
  readonly operationId?: string;
}

/** How many jobs a filter finds, by status. */
export interface FoundJobs {
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
}

const over = ['Completed', 'Failed', 'Canceled', 'Terminated', 'TimedOut'] as const;
const failed = ['Failed', 'Canceled', 'Terminated', 'TimedOut'] as const;
const running = ['Running'] as const;
const executionStatuses = {
  queued: running,
  processing: running,
  completed: ['Completed'],
  failed,
} as const satisfies Record<JobStatus, readonly string[]>;

const countDeadlineMs = 10_000;
const pageSize = 1000;

/** Temporal's list filter for jobs; `matchesFilter` checks the rest. */
export function filterQuery(filter: JobFilter, { tenant, kind, until, operationId }: FilterScope): string {
  const { status, failureCode, classification, confidenceBelow, batchId, classifierId } = filter;
  const conditions = [
    `WorkflowType = ${quoted(workflowTypes.classifyDocument)}`,
    `Tenant = ${quoted(tenant)}`,
    `StartTime < ${quotedTime(until + 1)}`,
  ];
  const among = (statuses: readonly string[]) => `ExecutionStatus IN (${statuses.map(quoted).join(', ')})`;
  if (status) conditions.push(among(executionStatuses[status]));
  else if (kind === 'cancellation') conditions.push(among(running));
  else if (kind === 'rerun') conditions.push(among(over));
  if (failureCode !== undefined) conditions.push(`FailureReason = ${quoted(failureCode)}`);
  if (classification !== undefined) conditions.push(valueCondition('Classification', classification));
  if (confidenceBelow !== undefined) conditions.push(`Confidence < ${confidenceBelow}`);
  if (batchId !== undefined) conditions.push(idCondition('Batch', batchId));
  if (classifierId !== undefined) conditions.push(idCondition('ClassifierId', classifierId));
  // Temporal's times are finer than ours, as in lists of jobs.
  if (filter.createdAfter !== undefined) {
    conditions.push(`StartTime >= ${quotedTime(Date.parse(filter.createdAfter) + 1)}`);
  }
  if (filter.createdBefore !== undefined) {
    conditions.push(`StartTime < ${quotedTime(Date.parse(filter.createdBefore))}`);
  }
  if (kind === 'rerun' && operationId !== undefined) {
    conditions.push(`(Batch IS NULL OR Batch != ${quoted(operationId)})`);
  }
  return conditions.join(' AND ');
}

/** Whether a job matches now: Temporal's visibility may lag, and an id may come again. */
export function matchesFilter(job: Job, filter: JobFilter, { kind, until }: FilterScope): boolean {
  const { status, failureCode, classification, confidenceBelow } = filter;
  if (Date.parse(job.createdAt) > until) return false;
  if (kind === 'rerun' && isUnderWay(job)) return false;
  if (status !== undefined && (isUnderWay(job) ? !isUnderWayStatus(status) : job.status !== status)) return false;
  if (failureCode !== undefined && (job.status !== 'failed' || job.error.code !== failureCode)) return false;
  if (classification === undefined && confidenceBelow === undefined) return true;
  const answer = job.status === 'completed' ? job.result : job.status === 'processing' ? job.voted : undefined;
  if (!answer) return false;
  if (classification !== undefined && answer.classification !== classification) return false;
  return confidenceBelow === undefined || answer.confidence < confidenceBelow;
}

/** Whether a job began within the filter's time, as `filterQuery` asks Temporal. */
export function isCreatedWithin(job: Job, { createdAfter, createdBefore }: JobFilter): boolean {
  const createdAt = Date.parse(job.createdAt);
  if (createdAfter !== undefined && createdAt <= Date.parse(createdAfter)) return false;
  return createdBefore === undefined || createdAt < Date.parse(createdBefore);
}

function isUnderWay({ status }: Job): boolean {
  return isUnderWayStatus(status);
}

/** Temporal's filters do not distinguish waiting for a worker from running on one. */
function isUnderWayStatus(status: JobStatus): boolean {
  return status === 'queued' || status === 'processing';
}

/** Counts the jobs that a filter finds, without reading them. */
export async function countJobs(client: Client, filter: JobFilter, scope: FilterScope): Promise<FoundJobs> {
  const query = filterQuery(filter, scope);
  const { classification } = filter;
  const counted =
    classification === undefined || isFindable(classification)
      ? await countGroups(client, query)
      : await countListed(client, query, classification);
  const sum = (statuses: readonly string[]) => statuses.reduce((total, name) => total + (counted.get(name) ?? 0), 0);
  return { running: sum(['Running', 'Paused']), completed: sum(['Completed']), failed: sum(failed) };
}

async function countGroups(client: Client, query: string): Promise<ReadonlyMap<string, number>> {
  const { groups } = await callTemporal(client, countDeadlineMs, () =>
    client.workflow.count(`${query} GROUP BY ExecutionStatus`),
  );
  return new Map(groups.map(({ groupValues, count }) => [String(groupValues[0]), count]));
}

/** For a text that Temporal cannot search for: it finds too much. */
async function countListed(
  client: Client,
  query: string,
  classification: string,
): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  const pages = client.workflow.list({ query, pageSize })[Symbol.asyncIterator]();
  for (;;) {
    const next = await callTemporal(client, countDeadlineMs, () => pages.next());
    if (next.done === true) return counted;
    const { status, typedSearchAttributes } = next.value;
    if (typedSearchAttributes.get(searchAttributeKeys.classification) !== classification) continue;
    const name = nameOfStatus(status.name);
    counted.set(name, (counted.get(name) ?? 0) + 1);
  }
}

/** `TIMED_OUT` is `TimedOut` in Temporal's filters, and `CANCELLED` has one l there. */
function nameOfStatus(name: string): string {
  if (name === 'CANCELLED') return 'Canceled';
  return name
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
