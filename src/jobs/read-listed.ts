import { ClassifierError } from '../domain/errors.ts';
import type { ListedExecution } from './executions-in-order.ts';
import { jobNotFound } from '../domain/error-sentences.ts';
import type { Job } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readStoredOutcome, toJob } from '../records/jobs/job-outcome.ts';
import { isRunOver } from './run-status.ts';

export interface ReadListedOptions<T> {
  /** Most items of one page. */
  readonly size: number;
  readonly positionOf: (execution: ListedExecution) => string;
  /** Throws `not_found` for what was deleted between the two looks, which is left out. */
  readonly read: (execution: ListedExecution) => Promise<T>;
  /** Whether something that was read is wanted after all. */
  readonly isWanted: (item: T) => boolean;
}

export interface ListedPage<T> {
  readonly items: readonly T[];
  /** The position behind which the list goes on; absent at its end. */
  readonly end: string | undefined;
}

const readsAtOnce = 8;
/** A filter that hardly anything passes ends the page early; the list goes on from there. */
const maxReads = 1000;

/**
 * Reads what a listing names, until a page is full. It may be short, or empty, although more follow: what counts is its
 * end.
 */
export async function readListed<T>(
  executions: AsyncIterable<ListedExecution>,
  { size, positionOf, read, isWanted }: ReadListedOptions<T>,
): Promise<ListedPage<T>> {
  const found: { readonly position: string; readonly item: T }[] = [];
  let reads = 0;
  let lastRead: string | undefined;
  for await (const batch of inBatches(executions, readsAtOnce)) {
    const all = await Promise.all(
      batch.map(async (execution) => ({
        position: positionOf(execution),
        item: await readIfThere(() => read(execution)),
      })),
    );
    for (const { position, item } of all) if (item !== undefined && isWanted(item)) found.push({ position, item });
    reads += batch.length;
    lastRead = all.at(-1)?.position;
    // One more than the page holds tells whether another one follows.
    if (found.length > size || reads >= maxReads) break;
  }
  const page = found.slice(0, size);
  const end = found.length > size ? page.at(-1)?.position : reads >= maxReads ? lastRead : undefined;
  return { items: page.map(({ item }) => item), end };
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

async function readIfThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ClassifierError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/**
 * A listed job that is finished, from what is stored of it, which tells as much as Temporal at a fraction of the price.
 * Undefined for one that runs, and for one that left nothing behind: one that was terminated, or deleted. Throws
 * `not_found` for a run whose id is the job of another one.
 */
export async function readFinished(
  store: ObjectStore,
  tenant: string,
  { jobId, runId, startedAt, finishedAt }: ListedExecution,
): Promise<Job | undefined> {
  if (!finishedAt) return undefined;
  const outcome = await readStoredOutcome(store, tenant, jobId);
  if (outcome?.runId !== undefined && outcome.runId !== runId) throw jobNotFound();
  const job = outcome && (await toJob(store, tenant, outcome));
  if (!job || !isRunOver(job)) return undefined;
  // The same times as reading the job gives.
  return { ...job, createdAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() };
}
