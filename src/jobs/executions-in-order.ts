import type { Client } from '@temporalio/client';
import type { SortedPageQuery } from '../records/list-page.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { callTemporal } from '../temporal/connection.ts';
import { quotedTime } from './visibility-query.ts';

/** An execution as Temporal's visibility lists it. */
export interface ListedExecution {
  readonly jobId: string;
  readonly runId: string;
  readonly startedAt: Date;
  /** Undefined while it runs. */
  readonly finishedAt: Date | undefined;
  readonly fileName: string | undefined;
  /** The job that it reruns. */
  readonly rerunOf: string | undefined;
}

export interface InOrderRequest extends Pick<SortedPageQuery, 'sortBy' | 'sortDir'> {
  readonly query: string;
  /** The position after which the list begins. */
  readonly after?: string | undefined;
  /** Filters what Temporal's filters cannot. */
  readonly isWanted?: (execution: ListedExecution) => boolean;
}

const pageSize = 1000;
const listDeadlineMs = 10_000;
/**
 * The first time window; each further one is longer. It fetches everything in a window, and a batch starts hundreds of
 * runs in a second, so the first ones are short.
 */
const firstWindowMs = 5000;
const windowGrowth = 6;
/**
 * How many executions are kept in memory, however many are scanned: a page of a list reads no more (read-listed.ts).
 */
const keptAtOnce = 1001;
/**
 * After so many windows, asks for everything older at once: each question counts against the server's limit, and often
 * one page holds the rest.
 */
const windowsBeforeRest = 3;

/**
 * Yields the executions that match a filter, in order. Temporal's SQL stores do not sort, and return running ones
 * first. So this searches the newest in growing time windows, however many are older. For any other order it scans all,
 * a thousand at a time, and keeps the first ones.
 */
export async function* executionsInOrder(client: Client, request: InOrderRequest): AsyncGenerator<ListedExecution> {
  const { sortBy, sortDir } = request;
  if (sortBy === 'createdAt' && sortDir === 'desc') {
    yield* newestFirst(client, request);
    return;
  }
  yield* inOrder(client, request.query, request);
}

/** A position that sorts as text: the time, then a tie-breaker. */
export function positionOf(
  { jobId, startedAt, finishedAt }: ListedExecution,
  sortBy: SortedPageQuery['sortBy'],
): string {
  const time = sortBy === 'updatedAt' ? (finishedAt ?? startedAt) : startedAt;
  return `${time.toISOString()} ${jobId}`;
}

/** Whether a text can be a position: we make cursors, but anybody may send one. */
export function isPosition(text: string): boolean {
  const time = text.slice(0, isoLength);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time) || text[isoLength] !== ' ') return false;
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && date.toISOString() === time;
}

async function* newestFirst(client: Client, request: InOrderRequest): AsyncGenerator<ListedExecution> {
  const { query, after } = request;
  // Other executions may share the cursor's millisecond; their position decides which are left out.
  let until = after === undefined ? undefined : new Date(Date.parse(after.slice(0, isoLength)) + 1);
  for (let window = 0; ; window++) {
    const older = until ? [query, `StartTime < ${quotedTime(until.getTime())}`].join(' AND ') : query;
    if (window === windowsBeforeRest) {
      const rest = await fetchPage(client, older);
      if (rest) {
        for (const { execution } of sorted(rest, request)) yield execution;
        return;
      }
    }
    const from = new Date((until?.getTime() ?? Date.now()) - firstWindowMs * windowGrowth ** window);
    if (from.getTime() < earliest) {
      yield* inOrder(client, older, request);
      return;
    }
    yield* inOrder(client, `${older} AND StartTime >= ${quotedTime(from.getTime())}`, request);
    until = from;
  }
}

const isoLength = '2026-01-01T00:00:00.000Z'.length;
/** No run is older than this program. */
const earliest = Date.parse('2024-01-01T00:00:00Z');

interface Placed {
  readonly execution: ListedExecution;
  readonly position: string;
}

/** Scans all executions for the first ones, and again for the next ones if the caller wants more. */
async function* inOrder(client: Client, query: string, request: InOrderRequest): AsyncGenerator<ListedExecution> {
  let { after } = request;
  for (;;) {
    const first = await firstOf(fetched(client, query), { ...request, after });
    for (const { execution } of first) yield execution;
    if (first.length < keptAtOnce) return;
    after = first.at(-1)?.position;
  }
}

async function firstOf(
  executions: AsyncIterable<ListedExecution>,
  request: InOrderRequest,
): Promise<readonly Placed[]> {
  let kept: ListedExecution[] = [];
  for await (const execution of executions) {
    kept.push(execution);
    if (kept.length === 2 * keptAtOnce)
      kept = sorted(kept, request)
        .slice(0, keptAtOnce)
        .map(({ execution: each }) => each);
  }
  return sorted(kept, request).slice(0, keptAtOnce);
}

function sorted(
  executions: readonly ListedExecution[],
  { sortBy, sortDir, after, isWanted = () => true }: InOrderRequest,
): Placed[] {
  const sign = sortDir === 'asc' ? 1 : -1;
  const compare = (a: string, b: string) => sign * (a < b ? -1 : Number(a > b));
  return executions
    .filter(isWanted)
    .map((execution) => ({ execution, position: positionOf(execution, sortBy) }))
    .filter(({ position }) => after === undefined || compare(position, after) > 0)
    .toSorted((a, b) => compare(a.position, b.position));
}

/** Undefined when they do not fit into one page. */
async function fetchPage(client: Client, query: string): Promise<ListedExecution[] | undefined> {
  const found: ListedExecution[] = [];
  for await (const execution of fetched(client, query)) {
    found.push(execution);
    if (found.length === pageSize) return undefined;
  }
  return found;
}

async function* fetched(client: Client, query: string): AsyncGenerator<ListedExecution> {
  const pages = client.workflow.list({ query, pageSize })[Symbol.asyncIterator]();
  for (;;) {
    const next = await callTemporal(client, listDeadlineMs, () => pages.next());
    if (next.done === true) return;
    const { workflowId, runId, startTime, closeTime, typedSearchAttributes } = next.value;
    yield {
      jobId: workflowId,
      runId,
      startedAt: startTime,
      finishedAt: closeTime,
      fileName: typedSearchAttributes.get(searchAttributeKeys.fileName),
      rerunOf: typedSearchAttributes.get(searchAttributeKeys.rerunOf),
    };
  }
}
