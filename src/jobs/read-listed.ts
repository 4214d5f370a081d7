import { ClassifierError } from '../domain/errors.ts';
import type { ListedExecution } from './executions-in-order.ts';
import { jobNotFound } from '../domain/error-sentences.ts';
import { isRunOver, type Job } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readStoredOutcome, toJob } from '../records/jobs/job-outcome.ts';

export interface ReadListedOptions<T> {
  /** Most items of one page. */
  readonly size: number;
  readonly positionOf: (execution: ListedExecution) => string;
  /** Throws `not_found` for a job that was deleted since the listing; it is left out. */
  readonly read: (execution: ListedExecution) => Promise<T>;
  /** Whether an item that was read fits the filter. */
  readonly isWanted: (item: T) => boolean;
}

export interface ListedPage<T> {
  readonly items: readonly T[];
  /** The position after which the list continues; absent at its end. */
  readonly end: string | undefined;
}

const readsAtOnce = 8;
/** A filter that matches hardly anything ends the page early; the list continues from there. */
const maxReads = 1000;

/** Reads listed items until a page is full. A page may be short or empty although more follow: only `end` tells. */
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
    // One more than the page holds shows whether another page follows.
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
 * Reads a finished job from the store, which says as much as Temporal at a fraction of the cost. Undefined for a
 * running job, and for one that left nothing: terminated or deleted. Throws `not_found` for a run whose id belongs to
 * another job.
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
  // Shows the same times as reading the job does.
  return { ...job, createdAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() };
}
