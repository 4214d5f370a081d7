import { WorkflowFailedError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { classifyDocument } from '../../workflows/index.ts';
import { progressQueryName, workflowTypes, type JobProgress, type ReviewFacts } from '../domain/contract.ts';
import { jobNotFound, cancelled } from '../domain/error-sentences.ts';
import { isOutcomeOf, isRunOver, type Job, type JobError } from '../domain/job.ts';
import { requestOfMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { createTenantSlots, type TenantSlotsOptions } from '../domain/tenant-slots.ts';
import { readWaiting, waitingMemoKey } from '../domain/waiting.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readOwnOutcome, toJob } from '../records/jobs/job-outcome.ts';
import { withReview } from '../records/jobs/job-review.ts';
import { hasTombstone } from '../records/jobs/tombstones.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution, terminationReason } from '../temporal/executions.ts';
import { createJobCache, type JobVersion } from './job-cache.ts';
import { identityOf, isOfTenant } from './own-run.ts';
import { createSharedReads } from './shared-reads.ts';
import { createTenantLine } from './tenant-line.ts';
import { terminated, timedOut } from '../domain/lost-end.ts';

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

interface ReadJob {
  readonly job: Job;
  /** Of a job that may be kept. */
  readonly version?: JobVersion;
}

/**
 * Makes what reads jobs. Order: finished jobs from memory, as long as the store tells of no deletion and no review
 * since; `describe()`, which needs no worker; while it runs, the progress query; when closed, the result from the close
 * event; after Temporal's retention, `result.json`. Reads of one job that come at once are one.
 */
export function createJobReader({
  client,
  store,
  questions,
  maxCacheBytes = presetCacheBytes,
}: JobReaderDependencies): JobReader {
  const finished = createJobCache(store, maxCacheBytes);
  const shared = createSharedReads<ReadJob>();
  const inTurn = createTenantLine(questions);
  const progressQueries = createTenantSlots(questions);
  return {
    read: (tenant, jobId) => readJob(tenant, jobId, { withProgress: true }),
    readWithoutProgress: (tenant, jobId) => readJob(tenant, jobId, { withProgress: false }),
  };

  async function readJob(tenant: string, jobId: string, options: ReadOptions): Promise<Job> {
    // PostgreSQL, which Temporal may keep ids in, knows no text with NUL.
    if (Buffer.byteLength(jobId) > maxIdBytes || jobId.includes('\0')) throw jobNotFound();
    const known = await finished.get(tenant, jobId);
    if (known) return known;
    const sharedKey = `${tenant}/${jobId}/${options.withProgress}`;
    const { job, version } = await shared(sharedKey, () => readAnew(tenant, jobId, options));
    if (version !== undefined && isRunOver(job)) finished.keep(tenant, job, version);
    return job;
  }

  async function readAnew(tenant: string, jobId: string, { withProgress }: ReadOptions): Promise<ReadJob> {
    const description = await inTurn(tenant, () => describeExecution(client, jobId));
    if (!description) return readStored(tenant, jobId);
    if (description.type !== workflowTypes.classifyDocument) throw jobNotFound();
    if (!isOfTenant(description, tenant)) return readStored(tenant, jobId);
    const earlier = await jobOfEarlierRun(tenant, jobId, description);
    if (earlier) return { job: earlier };
    const createdAt = description.startTime.toISOString();
    if (description.status.name !== 'RUNNING' && description.status.name !== 'PAUSED') {
      const version = await finished.versionOf(tenant, jobId);
      // Where it was started behind the deletion of an earlier job of its id, what is stored may be a later one's.
      if (await hasTombstone(store, tenant, jobId, description.runId)) return readStored(tenant, jobId);
      const finishedAt = description.closeTime?.toISOString();
      const times = { createdAt, ...(finishedAt !== undefined && { finishedAt }) };
      return { job: await closedJob(tenant, description, times), version };
    }
    if (description.historyLength <= untouchedHistoryLength) return { job: { jobId, status: 'queued', createdAt } };
    const waiting = readWaiting(description.memo?.[waitingMemoKey]);
    const progress = withProgress && !waiting ? await queryProgress(tenant, jobId) : undefined;
    const voted = votedOf(description);
    const state = { ...(progress && { progress }), ...(waiting && { waiting }), ...(voted && { voted }) };
    return { job: { jobId, status: 'processing', createdAt, ...state } };
  }

  async function readStored(tenant: string, jobId: string): Promise<ReadJob> {
    const version = await finished.versionOf(tenant, jobId);
    const outcome = await readOwnOutcome(store, tenant, jobId);
    const job = outcome && (await toJob(store, tenant, outcome));
    if (!job) throw jobNotFound();
    return { job, version };
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
    description: WorkflowExecutionDescription,
  ): Promise<Job | undefined> {
    const { memo, parentExecution } = description;
    // The API never reuses an id, and its batches refuse a taken one.
    if (requestOfMemo(memo).requestId !== undefined && !parentExecution) return undefined;
    const stored = await readOwnOutcome(store, tenant, jobId);
    return stored && !isOutcomeOf(stored, identityOf(description)) ? toJob(store, tenant, stored) : undefined;
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

/** Why a closed run has no result. */
async function failureOfClosed(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  { cause }: WorkflowFailedError,
): Promise<JobError> {
  if (cause instanceof CancelledFailure) return { code: 'cancelled', detail: cancelled().detail };
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'internal', detail: cause.message };
  if (cause instanceof TerminatedFailure) return terminated(await terminationReason(client, workflowId, runId));
  if (cause instanceof TimeoutFailure) return timedOut();
  return { code: 'internal', detail: 'An unexpected internal error occurred.' };
}
