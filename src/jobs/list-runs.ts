import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Page, SortedPageQuery } from '../definitions/list-page.ts';
import { decodeCursor, encodeCursor } from '../definitions/page-cursor.ts';
import { ClassifierError } from '../domain/errors.ts';
import { listExecutions, positionOf, type ListedExecution } from './list-executions.ts';
import { runExecutionQuery, type RunFilters } from './run-filters.ts';
import type { RunFacts } from './run-facts.ts';

export interface ListRunsRequest extends SortedPageQuery, RunFilters {
  /** Whether a run that was read is wanted after all. */
  readonly isWanted: (facts: RunFacts) => boolean;
}

const readsAtOnce = 8;
/** A filter that hardly any run passes ends the page early; its token goes on from there. */
const maxReads = 1000;

/**
 * A page of the runs that Temporal still has, those of the other contract among them. A page may be short, or empty, although more follow: what
 * counts is the token. Throws `invalid_request` for a token that is none of this list.
 */
export async function listRuns(
  { client }: { readonly client: Client },
  read: (jobId: string) => Promise<RunFacts>,
  request: ListRunsRequest,
): Promise<Page<RunFacts>> {
  const { maxPageSize, sortBy, sortDir, nextPageToken } = request;
  const query = runExecutionQuery(request);
  const scope = scopeOf(request, query);
  const after = nextPageToken === undefined ? undefined : decodeCursor(nextPageToken, scope);
  const found: { readonly position: string; readonly facts: RunFacts }[] = [];
  let reads = 0;
  let lastRead: string | undefined;
  const executions = named(listExecutions(client, { query, sortBy, sortDir, after }), request);
  for await (const batch of inBatches(executions, readsAtOnce)) {
    const all = await Promise.all(
      batch.map(async (execution) => ({
        position: positionOf(execution, sortBy),
        facts: await readIfThere(read, execution.jobId),
      })),
    );
    for (const { position, facts } of all) if (facts && request.isWanted(facts)) found.push({ position, facts });
    reads += batch.length;
    lastRead = all.at(-1)?.position;
    // One more than the page holds tells whether another one follows.
    if (found.length > maxPageSize || reads >= maxReads) break;
  }
  const page = found.slice(0, maxPageSize);
  const end = found.length > maxPageSize ? page.at(-1)?.position : reads >= maxReads ? lastRead : undefined;
  return {
    items: page.map(({ facts }) => facts),
    ...(end !== undefined && { nextPageToken: encodeCursor(end, scope) }),
  };
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Temporal's filters know how a name begins, and not what it contains. */
async function* named(
  executions: AsyncIterable<ListedExecution>,
  { fileNameContains }: ListRunsRequest,
): AsyncGenerator<ListedExecution> {
  for await (const execution of executions) {
    if (fileNameContains === undefined || (execution.fileName ?? '').includes(fileNameContains)) yield execution;
  }
}

function scopeOf({ sortBy, sortDir, fileNameContains, status, source }: ListRunsRequest, query: string): string {
  const filters = JSON.stringify([query, sortBy, sortDir, fileNameContains, status, source]);
  return createHash('sha256').update(filters).digest('hex');
}

/** Runs that were deleted between the two looks are left out. */
async function readIfThere(read: (jobId: string) => Promise<RunFacts>, jobId: string): Promise<RunFacts | undefined> {
  try {
    return await read(jobId);
  } catch (error) {
    if (error instanceof ClassifierError && error.code === 'not_found') return undefined;
    throw error;
  }
}
