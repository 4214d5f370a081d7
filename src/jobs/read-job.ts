import { WorkflowFailedError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { classifyDocument } from '../../workflows/index.ts';
import { progressQueryName, workflowTypes, type JobProgress, type ReviewFacts } from '../domain/contract.ts';
import { jobNotFound } from '../domain/error-sentences.ts';
import { isOutcomeOf, type Job } from '../domain/job.ts';
import { requestOfMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { createTenantSlots, type TenantSlotsOptions } from '../domain/tenant-slots.ts';
import { readWaiting, waitingMemoKey } from '../domain/waiting.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readStoredOutcome, toJob, readOutcome } from '../records/jobs/job-outcome.ts';
import { withReview } from '../records/jobs/job-review.ts';
import { hasTombstone } from '../records/jobs/tombstones.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution } from '../temporal/executions.ts';
import { createJobCache } from './job-cache.ts';
import { failureOfClosed } from './closed-failure.ts';
import { createSharedReads } from './shared-reads.ts';
import { createTenantLine } from './tenant-line.ts';

const describeDeadlineMs = 5000;
/** A query needs a worker, and a polling client must not wait for one. */
const queryDeadlineMs = 2000;
/** Started, first workflow task scheduled: no worker has seen the run yet. */
const untouchedHistoryLength = 2;
const presetCacheBytes = 64_000_000;
/**
 * In UTF-8; Temporal allows no longer workflow id (limit.maxIDLength). Our ids have 36 characters; parents choose the
 * ids of children.
 */
const maxIdBytes = 1000;

export interface JobReader {
  /** Throws `not_found` for an unknown job or another tenant's. */
  readonly read: (tenant: string, jobId: string) => Promise<Job>;
  /** The same without the progress of a running job, which takes a worker, and a moment where there is none. */
  readonly readWithoutProgress: (tenant: string, jobId: string) => Promise<Job>;
  /** Forgets a job that was deleted or reviewed. */
  readonly forget: (tenant: string, jobId: string) => void;
  /** Forgets all jobs of a tenant, after a worker has deleted many. */
  readonly forgetAll: (tenant: string) => void;
}

export interface JobReaderDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  /**
   * Questions to Temporal at a time, in which a call beyond the tenant's share waits its turn; and queries for progress
   * at a time, which take a worker: a call beyond the share gets no progress.
   */
  readonly questions: TenantSlotsOptions;
  /** Memory for finished jobs; 64 MB when absent. */
  readonly maxCacheBytes?: number;
}

interface ReadOptions {
  readonly withProgress: boolean;
}

/**
 * Creates the reader of jobs. It looks at finished jobs in memory first (only a review changes them). Then it calls
 * `describe()`, which needs no worker. For a running job it queries the progress; for a closed one it takes the result
 * from the close event; after Temporal's retention it reads `result.json`. Simultaneous reads of one job share one
 * call.
 */
export function createJobReader({
  client,
  store,
  questions,
  maxCacheBytes = presetCacheBytes,
}: JobReaderDependencies): JobReader {
  const finished = createJobCache(maxCacheBytes);
  const shared = createSharedReads<Job>();
  const inTurn = createTenantLine(questions);
  const progressQueries = createTenantSlots(questions);
  return {
    read: (tenant, jobId) => readJob(tenant, jobId, { withProgress: true }),
    readWithoutProgress: (tenant, jobId) => readJob(tenant, jobId, { withProgress: false }),
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
    const job = await shared(`${cacheKey}/${options.withProgress}`, () => readAnew(tenant, jobId, options));
    if (job.status === 'completed' || job.status === 'failed') finished.set(cacheKey, job);
    return job;
  }

  async function readAnew(tenant: string, jobId: string, { withProgress }: ReadOptions): Promise<Job> {
    const description = await inTurn(tenant, () => describeExecution(client, jobId));
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
    const waiting = readWaiting(description.memo?.[waitingMemoKey]);
    const progress = withProgress && !waiting ? await queryProgress(tenant, jobId) : undefined;
    const voted = votedOf(description);
    const state = { ...(progress && { progress }), ...(waiting && { waiting }), ...(voted && { voted }) };
    return { jobId, status: 'processing', createdAt, ...state };
  }

  async function queryProgress(tenant: string, jobId: string): Promise<JobProgress | undefined> {
    const giveBack = progressQueries.take(tenant);
    try {
      if (!giveBack) return undefined;
      return await client.connection.withDeadline(Date.now() + queryDeadlineMs, () =>
        client.workflow.getHandle(jobId).query<JobProgress>(progressQueryName),
      );
    } catch {
      // No worker, or a busy one: the run's state is known without it.
      return undefined;
    } finally {
      giveBack?.();
    }
  }

  /** A finished job whose id another workflow reused for its own run, which was or will be refused for that. */
  async function jobOfEarlierRun(
    tenant: string,
    jobId: string,
    { memo, runId, startTime, parentExecution, raw }: WorkflowExecutionDescription,
  ): Promise<Job | undefined> {
    // The API never reuses an id, and its batches refuse a taken one.
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
      const result = await inTurn(tenant, () => callTemporal(client, describeDeadlineMs, () => handle.result()));
      return await withReview(store, tenant, { jobId, status: 'completed', ...times, result });
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const failure = await inTurn(tenant, () => failureOfClosed(client, { workflowId: jobId, runId }, error));
      return { jobId, status: 'failed', ...times, error: failure };
    }
  }
}

/** A run sets its answer as search attributes before it waits for a review, so reading it needs no worker. */
function votedOf({ typedSearchAttributes }: WorkflowExecutionDescription): ReviewFacts['initial'] | undefined {
  const classification = typedSearchAttributes.get(searchAttributeKeys.classification);
  const confidence = typedSearchAttributes.get(searchAttributeKeys.confidence);
  return classification === undefined || confidence === undefined ? undefined : { classification, confidence };
}

/** Reads a job from its `result.json` after Temporal has forgotten it. Throws `not_found` when there is none. */
export async function readStoredJob(store: ObjectStore, tenant: string, jobId: string): Promise<Job> {
  const job = await readOutcome(store, tenant, jobId);
  if (!job) throw jobNotFound();
  return job;
}
