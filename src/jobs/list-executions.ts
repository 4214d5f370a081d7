import type { Client } from '@temporalio/client';
import type { SortedPageQuery } from '../definitions/list-page.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { callTemporal } from '../temporal/connection.ts';
import { quoted } from './visibility-query.ts';

/** What Temporal's visibility knows of an execution without anybody reading it. */
export interface ListedExecution {
  readonly jobId: string;
  readonly runId: string;
  readonly startedAt: Date;
  /** Undefined while it runs. */
  readonly finishedAt: Date | undefined;
  readonly fileName: string | undefined;
  /** The job that it repeats. */
  readonly rerunOf: string | undefined;
}

export interface ListExecutionsRequest extends Pick<SortedPageQuery, 'sortBy' | 'sortDir'> {
  readonly query: string;
  /** The position behind which the list begins. */
  readonly after?: string | undefined;
}

const pageSize = 1000;
const listDeadlineMs = 10_000;
/** The first look back; each further one is longer. All that is in a window is fetched, so the first are short: a batch starts hundreds in a second. */
const firstWindowMs = 5000;
const windowGrowth = 6;
/** After so many windows all that is older is asked for at once, since each question counts against the server's limit; often one page holds it. */
const windowsBeforeRest = 3;

/**
 * The executions that fit a filter, in order. Temporal's SQL stores take no order, and give the running ones first: so the newest are looked for
 * in windows of time that grow, whatever the number of the older ones, and for any other order all are fetched, a thousand at a time.
 */
export async function* listExecutions(client: Client, request: ListExecutionsRequest): AsyncGenerator<ListedExecution> {
  const { sortBy, sortDir } = request;
  if (sortBy === 'createdAt' && sortDir === 'desc') {
    yield* newestFirst(client, request);
    return;
  }
  yield* inOrder(await fetchAll(client, request.query), request);
}

/** Sorts as text: the time, then what tells two of the same time apart. */
export function positionOf(
  { jobId, startedAt, finishedAt }: ListedExecution,
  sortBy: SortedPageQuery['sortBy'],
): string {
  const time = sortBy === 'updatedAt' ? (finishedAt ?? startedAt) : startedAt;
  return `${time.toISOString()} ${jobId}`;
}

async function* newestFirst(client: Client, request: ListExecutionsRequest): AsyncGenerator<ListedExecution> {
  const { query, after } = request;
  // A cursor's own millisecond may hold others; what stands before it is left out by its position.
  let until = after === undefined ? undefined : new Date(Date.parse(after.slice(0, isoLength)) + 1);
  for (let window = 0; ; window++) {
    const older = until ? [query, `StartTime < ${quoted(until.toISOString())}`].join(' AND ') : query;
    if (window === windowsBeforeRest) {
      const rest = await fetchPage(client, older);
      if (rest) {
        yield* inOrder(rest, request);
        return;
      }
    }
    const from = new Date((until?.getTime() ?? Date.now()) - firstWindowMs * windowGrowth ** window);
    if (from.getTime() < earliest) {
      yield* inOrder(await fetchAll(client, older), request);
      return;
    }
    yield* inOrder(await fetchAll(client, `${older} AND StartTime >= ${quoted(from.toISOString())}`), request);
    until = from;
  }
}

const isoLength = '2026-01-01T00:00:00.000Z'.length;
/** No run is older than this program. */
const earliest = Date.parse('2024-01-01T00:00:00Z');

function* inOrder(
  executions: readonly ListedExecution[],
  { sortBy, sortDir, after }: ListExecutionsRequest,
): Generator<ListedExecution> {
  const sign = sortDir === 'asc' ? 1 : -1;
  const compare = (a: string, b: string) => sign * (a < b ? -1 : Number(a > b));
  const placed = executions
    .map((execution) => ({ execution, position: positionOf(execution, sortBy) }))
    .filter(({ position }) => after === undefined || compare(position, after) > 0)
    .toSorted((a, b) => compare(a.position, b.position));
  for (const { execution } of placed) yield execution;
}

async function fetchAll(client: Client, query: string): Promise<ListedExecution[]> {
  return Array.fromAsync(fetched(client, query));
}

/** Undefined when one page does not hold them. */
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
