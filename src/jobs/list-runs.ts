import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { decodeCursor, encodeCursor } from '../records/cursor.ts';
import type { Page, SortedPageQuery } from '../records/list-page.ts';
import { containsText } from '../domain/text.ts';
import { executionsInOrder, isPosition, positionOf, type ListedExecution } from './executions-in-order.ts';
import { readListed } from './read-listed.ts';
import type { RunFacts } from '../records/jobs/run-facts.ts';
import { workflowTypes } from '../domain/contract.ts';
import type { RunStatus } from './run-status.ts';
import { idCondition, quoted, valueCondition } from './visibility-query.ts';

export interface ListRunsRequest extends SortedPageQuery, RunFilters {
  /** Whether a run that was read matches the filter. */
  readonly isWanted: (facts: RunFacts) => boolean;
}

/**
 * A page of the runs that Temporal still has, including jobs of the other contract. A page may be short or empty
 * although more follow: only the token tells. Throws `invalid_request` for another list's token.
 */
export async function listRuns(
  { client }: { readonly client: Client },
  read: (execution: ListedExecution) => Promise<RunFacts>,
  request: ListRunsRequest,
): Promise<Page<RunFacts>> {
  const { maxPageSize, sortBy, sortDir, nextPageToken } = request;
  const query = runExecutionQuery(request);
  const scope = scopeOf(request, query);
  const after = nextPageToken === undefined ? undefined : decodeCursor(nextPageToken, scope, { isPosition });
  const executions = executionsInOrder(client, { query, sortBy, sortDir, after, isWanted: isNamed(request) });
  const { items, end } = await readListed(executions, {
    size: maxPageSize,
    positionOf: (execution) => positionOf(execution, sortBy),
    read,
    isWanted: request.isWanted,
  });
  return { items, ...(end !== undefined && { nextPageToken: encodeCursor(end, scope) }) };
}

/** Temporal's filters match how a name begins, not what it contains. */
function isNamed({ fileNameContains }: ListRunsRequest): (execution: ListedExecution) => boolean {
  return ({ fileName = '' }) => fileNameContains === undefined || containsText(fileName, fileNameContains);
}

function scopeOf(
  { sortBy, sortDir, fileNameContains, status, source, rerunOf }: ListRunsRequest,
  query: string,
): string {
  const filters = JSON.stringify([query, sortBy, sortDir, fileNameContains, status, source, rerunOf]);
  return createHash('sha256').update(filters).digest('hex');
}

/** Filters of a list of runs, in Extend's words. */
export interface RunFilters {
  readonly tenant: string;
  readonly status?: RunStatus | undefined;
  readonly classifierId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly source?: string | undefined;
  /** The id of the runs' source: their batch. */
  readonly sourceId?: string | undefined;
  /** The job that the runs repeat. */
  readonly rerunOf?: string | undefined;
  readonly fileNameContains?: string | undefined;
  /** Only runs that wait for a person. */
  readonly awaitingReview?: boolean | undefined;
}

/** An operator may end a run as well as its owner: both count as cancellations. */
const executionStatuses = {
  PENDING: ['Running'],
  PROCESSING: ['Running'],
  PROCESSED: ['Completed'],
  FAILED: ['Failed', 'TimedOut'],
  CANCELLED: ['Canceled', 'Terminated', 'Failed'],
} as const satisfies Record<RunStatus, readonly string[]>;

/** The part of the filter that Temporal understands; the rest is checked when a run is read. */
export function runExecutionQuery({
  tenant,
  status,
  classifierId,
  batchId,
  sourceId,
  awaitingReview,
  rerunOf,
}: RunFilters): string {
  const conditions = [`WorkflowType = ${quoted(workflowTypes.classifyDocument)}`, `Tenant = ${quoted(tenant)}`];
  if (status) conditions.push(`ExecutionStatus IN (${executionStatuses[status].map(quoted).join(', ')})`);
  if (classifierId !== undefined) conditions.push(idCondition('ClassifierId', classifierId));
  if (batchId !== undefined) conditions.push(idCondition('Batch', batchId));
  if (awaitingReview) conditions.push("ExecutionStatus = 'Running'", 'Classification IS NOT NULL');
  if (rerunOf !== undefined) conditions.push(valueCondition('RerunOf', rerunOf));
  if (sourceId !== undefined) conditions.push(idCondition('Batch', sourceId));
  return conditions.join(' AND ');
}
