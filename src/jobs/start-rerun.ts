import type { Client } from '@temporalio/client';
import { holdFile } from '../records/files/file-holders.ts';
import type { StoredFile } from '../records/files/files.ts';
import { deleteJobObjects } from '../records/jobs/job-deletion.ts';
import { toRunFile } from '../records/files/run-files.ts';
import { documentGone } from '../domain/error-sentences.ts';
import { ClassifierError } from '../domain/errors.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { claimFreeJob } from './claim-free-job.ts';
import { startCounted, undoIfRefused } from './counted-start.ts';
import { idempotencyConflict } from './idempotency.ts';
import { writeJobRequest, type JobRequest } from '../records/jobs/job-request.ts';
import { findJob } from './find-job.ts';
import type { Quotas } from './quota.ts';
import type { JobReader } from './read-job.ts';
import type { RepeatedRequest } from './rerun-changes.ts';
import { startClaimed } from './start-claimed.ts';
import { toJobRequest } from './start-job.ts';
import type { StartJobRequest } from './start-job-request.ts';
import { startRun } from './start-run.ts';

export interface StartRerunDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly quotas: Quotas;
  /** The patience of runs whose request names none. */
  readonly patienceSeconds: number;
  readonly reader: Pick<JobReader, 'readWithoutProgress'>;
}

export interface StartRerunRequest extends RepeatedRequest {
  readonly tenant: string;
  /** The id of the new job. */
  readonly jobId: string;
  /** A hash of the request, if the job id stands for a caller's key. */
  readonly fingerprint?: string;
}

export interface Rerun {
  readonly jobId: string;
  /** The rest of the tenant's quota; undefined without a quota, and for an existing job. */
  readonly quotaRemaining: number | undefined;
}

/**
 * Starts a rerun: stores the request, then the document, then starts the workflow. The same rerun again starts once and
 * counts once. Throws `document_missing`, `quota_exceeded`, and `idempotency_conflict` if the key came with another
 * request.
 */
export async function startRerun(dependencies: StartRerunDependencies, request: StartRerunRequest): Promise<Rerun> {
  const { quotas } = dependencies;
  const { tenant, jobId, fingerprint } = request;
  // Before the request is stored: what has one is taken for a job that was counted.
  const isThere = fingerprint === undefined && (await findJob(dependencies.reader, tenant, jobId)) !== undefined;
  const share = isThere ? undefined : await quotas.takeShared(tenant, jobId);
  const { isStarted, remaining } = await startCounted(share, () =>
    fingerprint === undefined
      ? startUnlessThere(dependencies, request, isThere)
      : startKeyed(dependencies, request, fingerprint),
  );
  return { jobId, quotaRemaining: isStarted ? remaining : undefined };
}

/** The request is written again also where its job is there: an earlier version may have been killed before it was. */
async function startUnlessThere(
  dependencies: StartRerunDependencies,
  request: StartRerunRequest,
  isThere: boolean,
): Promise<boolean> {
  const { store } = dependencies;
  const { tenant, jobId } = request;
  await writeJobRequest(store, tenant, jobId, storedRequestOf(request));
  if (isThere) return false;
  const start = async () => startRun(dependencies, { ...request, source: await placeDocument(store, request) });
  await undoIfRefused(start, () => deleteJobObjects(store, tenant, jobId));
  return true;
}

/** Starts the repetition of a key, which may come again at once, or after its job was deleted. */
async function startKeyed(
  dependencies: StartRerunDependencies,
  request: StartRerunRequest,
  fingerprint: string,
): Promise<boolean> {
  const { store } = dependencies;
  const { tenant, jobId } = request;
  const own = { ...storedRequestOf(request), fingerprint };
  const toRequest = async () => ({ ...request, source: await placeDocument(store, request) });
  let isStarted = false;
  for (;;) {
    const claimed = await claimFreeJob(dependencies, tenant, jobId, own);
    if (claimed.request.fingerprint !== fingerprint) throw idempotencyConflict();
    const start = () => startClaimed(dependencies, { tenant, jobId, toRequest }, claimed);
    if (claimed.isNew) {
      await undoIfRefused(start, () => deleteJobObjects(store, tenant, jobId));
      return true;
    }
    const started = await start();
    isStarted ||= started.isStarted;
    if (started.isCurrent) return isStarted;
  }
}

function storedRequestOf({ source, fingerprint: _fingerprint, ...asked }: StartRerunRequest): JobRequest {
  return { ...toJobRequest(asked), ...('url' in source && source.url !== undefined && { url: source.url }) };
}

/** A job owns its document; a run shares its file and holds it. */
async function placeDocument(
  store: ObjectStore,
  { tenant, jobId, source }: StartRerunRequest,
): Promise<StartJobRequest['source']> {
  if ('fileId' in source) return toRunFile(await heldFile(store, tenant, source.fileId, jobId)).source;
  if ('url' in source) return source;
  const key = jobKeys(tenant, jobId).source;
  if (!(await store.copy(source.copyOf, key))) throw documentGone();
  return source.document ? { document: { ...source.document, key } } : { key };
}

async function heldFile(store: ObjectStore, tenant: string, fileId: string, jobId: string): Promise<StoredFile> {
  try {
    return await holdFile(store, tenant, fileId, { kind: 'job', jobId });
  } catch (error) {
    throw error instanceof ClassifierError && error.code === 'not_found' ? documentGone() : error;
  }
}
