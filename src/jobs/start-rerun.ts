import type { Client } from '@temporalio/client';
import { holdFile } from '../records/files/file-holders.ts';
import type { StoredFile } from '../records/files/files.ts';
import { deleteJobObjects } from '../records/jobs/job-deletion.ts';
import { toRunFile } from '../records/files/run-files.ts';
import { documentGone } from '../domain/error-sentences.ts';
import { ClassifierError, isRefusal } from '../domain/errors.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { claimFreeJob } from './claim-free-job.ts';
import { idempotencyConflict } from './idempotency.ts';
import { writeJobRequest } from '../records/jobs/job-request.ts';
import { findJob } from './find-job.ts';
import { endShare, type Quotas } from './quota.ts';
import type { JobReader } from './read-job.ts';
import type { RepeatedRequest } from './rerun-changes.ts';
import { startStoredJob, toJobRequest } from './start-job.ts';
import type { StartJobRequest } from './start-job-request.ts';

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
  const { store, quotas, reader } = dependencies;
  const { tenant, jobId } = request;
  // Before storing the request: a job with a request is taken for a counted one.
  const isThere = await findJob(reader, tenant, jobId);
  const share = isThere ? undefined : await quotas.takeShared(tenant, jobId);
  let isStored = false;
  try {
    await storeRequest(dependencies, request);
    if (isThere) return { jobId, quotaRemaining: undefined };
    isStored = true;
    await startStoredJob(dependencies, { ...request, source: await placeDocument(store, request) });
    await share?.keep();
    return { jobId, quotaRemaining: share?.remaining };
  } catch (error) {
    await endShare(share, error);
    if (isStored && isRefusal(error)) await deleteJobObjects(store, tenant, jobId);
    throw error;
  }
}

async function storeRequest(
  dependencies: StartRerunDependencies,
  { source, fingerprint, ...asked }: StartRerunRequest,
): Promise<void> {
  const { store } = dependencies;
  const { tenant, jobId } = asked;
  const request = { ...toJobRequest(asked), ...('url' in source && source.url !== undefined && { url: source.url }) };
  if (fingerprint === undefined) return writeJobRequest(store, tenant, jobId, request);
  const earlier = await claimFreeJob(dependencies, tenant, jobId, { ...request, fingerprint });
  if (earlier && earlier.fingerprint !== fingerprint) throw idempotencyConflict();
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
