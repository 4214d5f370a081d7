import { WorkflowFailedError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { classifyDocument } from '../../workflows/index.ts';
import { progressQueryName, workflowTypes, type JobProgress, type ReviewFacts } from '../domain/contract.ts';
import { jobNotFound } from '../domain/error-sentences.ts';
import { isOutcomeOf, type Job } from '../domain/job.ts';
import { requestOfMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import type { TenantSlots } from '../domain/tenant-slots.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readStoredOutcome, toJob, readOutcome } from '../records/jobs/job-outcome.ts';
import { withReview } from '../records/jobs/job-review.ts';
import { hasTombstone } from '../records/jobs/tombstones.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution } from '../temporal/executions.ts';
import { createJobCache } from './job-cache.ts';
import { failureOfClosed } from './closed-failure.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { ClassifierError } from '../domain/errors.ts';
import { isRunOver } from './run-status.ts';

const describeDeadlineMs = 5000;
/** A query needs a worker; who polls must not wait for one. */
const queryDeadlineMs = 2000;
/** Started, first workflow task scheduled: no worker has seen the run yet. */
const untouchedHistoryLength = 2;
const presetCacheBytes = 64_000_000;
/** In UTF-8: more has no workflow id of Temporal's (limit.maxIDLength). Ids of ours have 36 characters, those of children are their parents' choice. */
const maxIdBytes = 1000;

export interface JobReader {
  /** Throws `not_found` for a job that is not there, or not this tenant's. */
  readonly read: (tenant: string, jobId: string) => Promise<Job>;
  /** The same without the progress of a running one, which takes a worker to tell, and a moment where there is none. */
  readonly look: (tenant: string, jobId: string) => Promise<Job>;
  /** Drops a job from memory that was deleted or reviewed. */
  readonly forget: (tenant: string, jobId: string) => void;
  /** Drops all of a tenant's, of which a worker has deleted many. */
  readonly forgetAll: (tenant: string) => void;
}

export interface JobReaderDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  /** How many running jobs are asked for their progress at a time, which takes a worker: who comes beyond the tenant's share hears of none. */
  readonly progressQueries: TenantSlots;
  /** What finished jobs may take in memory; 64 MB when absent. */
  readonly maxCacheBytes?: number;
}

interface ReadOptions {
  readonly withProgress: boolean;
}

/**
 * Makes what reads jobs. Order: finished jobs from memory (only a review changes them); `describe()`, which needs no
 * worker; while it runs, the progress query; when closed, the result from the close event; after Temporal's retention, `result.json`.
 */
export function createJobReader({
  client,
  store,
  progressQueries,
  maxCacheBytes = presetCacheBytes,
}: JobReaderDependencies): JobReader {
  const finished = createJobCache(maxCacheBytes);
  return {
    read: (tenant, jobId) => readJob(tenant, jobId, { withProgress: true }),
    look: (tenant, jobId) => readJob(tenant, jobId, { withProgress: false }),
    forget: (tenant, jobId) => void finished.delete(`${tenant}/${jobId}`),
    forgetAll(tenant) {
      const own = Array.from(finished.keys()).filter((key) => key.startsWith(`${tenant}/`));
      for (const key of own) finished.delete(key);
    },
  };

  async function readJob(tenant: string, jobId: string, options: ReadOptions): Promise<Job> {
    // PostgreSQL, which Temporal may keep ids in, knows no text with NUL.
    if (Buffer.byteLength(jobId) > maxIdBytes || jobId.includes('\0')) throw jobNotFound();
    const cacheKey = `${tenant}/${jobId}`;
    const known = finished.get(cacheKey);
    if (known) return known;
    const job = await readAnew(tenant, jobId, options);
    if (job.status === 'completed' || job.status === 'failed') finished.set(cacheKey, job);
    return job;
  }

  async function readAnew(tenant: string, jobId: string, { withProgress }: ReadOptions): Promise<Job> {
    const description = await describeExecution(client, jobId);
    if (!description) return await readStoredJob(store, tenant, jobId);
    if (description.type !== workflowTypes.classifyDocument) throw jobNotFound();
    if (description.typedSearchAttributes.get(searchAttributeKeys.tenant) !== tenant) throw jobNotFound();
    const earlier = await jobOfEarlierRun(tenant, jobId, description);
    if (earlier) return earlier;
    const createdAt = description.startTime.toISOString();
    if (description.status.name !== 'RUNNING' && description.status.name !== 'PAUSED') {
      if (await hasTombstone(store, tenant, jobId, description.runId)) throw jobNotFound();
      const finishedAt = description.closeTime?.toISOString();
      return closedJob(tenant, description, { createdAt, ...(finishedAt !== undefined && { finishedAt }) });
    }
    if (description.historyLength <= untouchedHistoryLength) return { jobId, status: 'queued', createdAt };
    const progress = withProgress ? await queryProgress(tenant, jobId) : undefined;
    const voted = votedOf(description);
    return { jobId, status: 'processing', createdAt, ...(progress && { progress }), ...(voted && { voted }) };
  }

  async function queryProgress(tenant: string, jobId: string): Promise<JobProgress | undefined> {
    const giveBack = progressQueries.take(tenant);
    try {
      if (!giveBack) return undefined;
      return await client.connection.withDeadline(Date.now() + queryDeadlineMs, () =>
        client.workflow.getHandle(jobId).query<JobProgress>(progressQueryName),
      );
    } catch {
      // No worker, or a busy one: the state of the run is known all the same.
      return undefined;
    } finally {
      giveBack?.();
    }
  }

  /** A finished job whose id another workflow has given to a run of its own, which was refused for that, or is about to be. */
  async function jobOfEarlierRun(
    tenant: string,
    jobId: string,
    { memo, runId, startTime, parentExecution, raw }: WorkflowExecutionDescription,
  ): Promise<Job | undefined> {
    // The API gives no id twice, and its batches refuse one that is taken.
    if (requestOfMemo(memo).requestId !== undefined && !parentExecution) return undefined;
    const stored = await readStoredOutcome(store, tenant, jobId);
    const run = { firstRunId: raw.workflowExecutionInfo?.firstRunId || runId, createdAt: startTime.toISOString() };
    return stored && !isOutcomeOf(stored, run) ? toJob(store, tenant, stored) : undefined;
  }

  async function closedJob(
    tenant: string,
    { workflowId: jobId, runId }: WorkflowExecutionDescription,
    times: { readonly createdAt: string; readonly finishedAt?: string },
  ): Promise<Job> {
    try {
      const handle = client.workflow.getHandle<typeof classifyDocument>(jobId);
      const result = await callTemporal(client, describeDeadlineMs, () => handle.result());
      return await withReview(store, tenant, { jobId, status: 'completed', ...times, result });
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const failure = await failureOfClosed(client, { workflowId: jobId, runId }, error);
      return { jobId, status: 'failed', ...times, error: failure };
    }
  }
}

/** A run is labelled with its answer before it waits for a review: no worker is needed to know it. */
function votedOf({ typedSearchAttributes }: WorkflowExecutionDescription): ReviewFacts['initial'] | undefined {
  const classification = typedSearchAttributes.get(searchAttributeKeys.classification);
  const confidence = typedSearchAttributes.get(searchAttributeKeys.confidence);
  return classification === undefined || confidence === undefined ? undefined : { classification, confidence };
}

/** Reads a job that Temporal has forgotten from its `result.json`. Throws `not_found` when there is none. */
export async function readStoredJob(store: ObjectStore, tenant: string, jobId: string): Promise<Job> {
  const job = await readOutcome(store, tenant, jobId);
  if (!job) throw jobNotFound();
  return job;
}

export interface WaitDependencies {
  readonly client: Client;
  /** Of the waits of this process: Temporal answers 503 to everybody where a namespace has too many. */
  readonly waits: TenantSlots;
}

export interface WaitRequest {
  readonly tenant: string;
  readonly jobId: string;
  readonly waitMs: number;
  /** Ends the wait when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A place among the waits of a tenant, which is held until it is disposed. */
export interface ReservedWait extends Disposable {
  wait(request: Omit<WaitRequest, 'tenant'>): Promise<Job>;
}

/** One wait on a connection to Temporal. */
const waitSliceMs = 55_000;
const comeAgainMs = 1000;

/**
 * Waits until a job is finished, at most `waitMs`, and gives it as it is then: at once, where the tenant has its share of waits already. Temporal tells
 * of the end by itself, so waiting costs no polling.
 */
export async function waitForJob(
  dependencies: WaitDependencies,
  reader: JobReader,
  request: WaitRequest,
): Promise<Job> {
  const { tenant, jobId, waitMs } = request;
  if (waitMs <= 0) return reader.read(tenant, jobId);
  const job = await reader.look(tenant, jobId);
  if (isRunOver(job)) return job;
  const giveBack = dependencies.waits.take(tenant);
  // Without its progress: of a flood of waits, asking workers for that would be the costly part.
  if (!giveBack) return job;
  try {
    return await untilOver(dependencies.client, reader, request);
  } finally {
    giveBack();
  }
}

/** Takes a place before anything is begun that is worth nothing without it. Throws `rate_limited` where the tenant has its share. */
export function reserveWait({ client, waits }: WaitDependencies, reader: JobReader, tenant: string): ReservedWait {
  const giveBack = waits.take(tenant);
  if (!giveBack) {
    const detail = `Too many requests wait for their run: at most ${waits.limitOf(tenant)} of a tenant may now. Nothing was started`;
    throw new ClassifierError('rate_limited', detail, { retryAfterMs: comeAgainMs });
  }
  return {
    wait: (request) => untilOver(client, reader, { tenant, ...request }),
    [Symbol.dispose]: giveBack,
  };
}

async function untilOver(
  client: Client,
  reader: JobReader,
  { tenant, jobId, waitMs, signal }: WaitRequest,
): Promise<Job> {
  const until = Date.now() + waitMs;
  for (;;) {
    const sliceUntil = Math.min(until, Date.now() + waitSliceMs);
    try {
      await client.connection.withAbortSignal(signal, () =>
        client.connection.withDeadline(sliceUntil, () => client.workflow.getHandle(jobId).result()),
      );
    } catch {
      // It failed, the time is over, or Temporal is away: what there is to say of it, reading says.
    }
    const job = await reader.read(tenant, jobId);
    if (isRunOver(job) || signal.aborted || Date.now() >= until) return job;
    // Cut short by Temporal, which must not be asked the faster for it.
    await delay(Math.max(0, Math.min(sliceUntil - Date.now(), comeAgainMs)));
  }
}
