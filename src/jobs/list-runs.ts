import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Page, SortedPageQuery } from '../records/list-page.ts';
import { decodeCursor, encodeCursor } from '../definitions/page-cursor.ts';
import { containsText } from '../domain/contains-text.ts';
import { isPosition, listExecutions, positionOf, type ListedExecution } from './executions-in-order.ts';
import { readListed } from './read-listed.ts';
import { runExecutionQuery, type RunFilters } from './run-filters.ts';
import type { RunFacts } from '../records/jobs/run-facts.ts';

export interface ListRunsRequest extends SortedPageQuery, RunFilters {
  /** Whether a run that was read is wanted after all. */
  readonly isWanted: (facts: RunFacts) => boolean;
}

/**
 * A page of the runs that Temporal still has, those of the other contract among them. A page may be short, or empty, although more follow: what
 * counts is the token. Throws `invalid_request` for a token that is none of this list.
 */
export async function listRuns(
  { client }: { readonly client: Client },
  read: (execution: ListedExecution) => Promise<RunFacts>,
  request: ListRunsRequest,
): Promise<Page<RunFacts>> {
  const { maxPageSize, sortBy, sortDir, nextPageToken } = request;
  const query = runExecutionQuery(request);
  const scope = scopeOf(request, query);
  const after = nextPageToken === undefined ? undefined : decodeCursor(nextPageToken, scope, isPosition);
  const executions = listExecutions(client, { query, sortBy, sortDir, after, isWanted: isNamed(request) });
  const { items, end } = await readListed(executions, {
    size: maxPageSize,
    positionOf: (execution) => positionOf(execution, sortBy),
    read,
    isWanted: request.isWanted,
  });
  return { items, ...(end !== undefined && { nextPageToken: encodeCursor(end, scope) }) };
}

/** Temporal's filters know how a name begins, and not what it contains. */
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
