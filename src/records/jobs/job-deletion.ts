import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ClassifierError } from '../../domain/errors.ts';
import { claimOfMemo } from '../../domain/run-claim.ts';
import { writeJson, type JsonDocument } from '../json-documents.ts';
import { fileKeys, jobKeys } from '../keys.ts';
import { PreconditionFailed, type ObjectStore } from '../../storage/object-store.ts';
import { releaseFile } from '../files/file-holders.ts';
import { findKeptFile } from '../files/files.ts';
import { isId } from '../ids.ts';
import { readJobRequestDocument, type DeletionMark, type JobRequest } from './job-request.ts';
import { hasTombstone, writeTombstone } from './tombstones.ts';

/** A run that Temporal knows by the job's id. */
export interface RunOfId {
  readonly runId: string;
  readonly memo?: Readonly<Record<string, unknown>> | undefined;
}

/** A deletion of a job that this process alone carries out, while nobody can take the job's id. */
export interface JobDeletion {
  /** When the id was claimed by a key; undefined if it was not. */
  readonly claimedAt?: string | undefined;
  /**
   * Whether the job was started, and this is its run. Otherwise its id was claimed for a run that is about to start,
   * and the present one is of a deleted job. Undefined: Temporal knows none.
   */
  isStarted(run: RunOfId | undefined): Promise<boolean>;
  /**
   * Hides the run, if the job may have one, then deletes all of the job's objects, its request last: as long as that
   * exists, an interrupted deletion is found and repeated.
   */
  finish(hides?: { readonly runId: string | undefined }): Promise<void>;
  /** Gives up and leaves the job as it is. */
  abandon(): Promise<void>;
}

/** After this time without a sign of life the deleting process counts as killed, and another may continue. */
export const deletionLeaseMs = 30_000;
const renewAfterMs = 5_000;
const lookEveryMs = 100;
/** A document that waits for a key in use is younger: no upload takes a day. */
const uploadMs = 24 * 60 * 60 * 1000;

/**
 * Begins the deletion of a job. An id that stands for an idempotency key may come again at any moment with a new
 * document. So this marks the request, and a request with the same key waits until the deletion is done. If the job has
 * no request, it creates one for the mark: another deletion may just have ended, and a waiting request's document may
 * be in the store. Waits for a deletion under way; undefined when that one has finished it. Throws
 * `storage_unavailable`.
 */
export async function beginDeletion(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<JobDeletion | undefined> {
  const stored = await readJobRequestDocument(store, tenant, jobId);
  if (stored && !mayComeAgain(stored.value)) return unguarded(store, tenant, jobId, stored.value);
  const deletion = stored?.value.deletion;
  if (deletion && !isAbandoned(deletion)) return awaitDeletion(store, tenant, jobId, deletion.id);
  try {
    const marked = await mark(store, tenant, jobId, stored, randomUUID());
    // Somebody began to delete it, so it was started; and without a request there is no claim.
    return guarded(store, tenant, jobId, { marked, isOfClaim: stored !== undefined && deletion === undefined });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    return beginDeletion(store, tenant, jobId);
  }
}

/** Deletes all of a job's objects, and the file that came with its run, unless others hold it. */
export async function deleteJobObjects(store: ObjectStore, tenant: string, jobId: string): Promise<void> {
  await (await beginDeletion(store, tenant, jobId))?.finish();
}

/** Whether the process that began it has been silent for too long. */
export function isAbandoned({ at }: DeletionMark): boolean {
  return Date.now() - Date.parse(at) > deletionLeaseMs;
}

async function awaitDeletion(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  deletionId: string,
): Promise<JobDeletion | undefined> {
  for (;;) {
    await delay(lookEveryMs);
    const deletion = (await readJobRequestDocument(store, tenant, jobId))?.value.deletion;
    if (deletion?.id !== deletionId) return undefined;
    if (isAbandoned(deletion)) return beginDeletion(store, tenant, jobId);
  }
}

/** Whether the request belongs to an idempotency key, or exists for the mark of a deletion only. */
function mayComeAgain({ fingerprint, deletion }: JobRequest): boolean {
  return fingerprint !== undefined || deletion !== undefined;
}

/** A deletion without a mark: a random id cannot come again. */
function unguarded(store: ObjectStore, tenant: string, jobId: string, request: JobRequest): JobDeletion {
  return {
    isStarted: async () => true,
    async finish(hides) {
      if (hides) await writeTombstone(store, tenant, jobId, hides.runId);
      await deleteFileOf(store, tenant, jobId, request);
      await store.deletePrefix(jobKeys(tenant, jobId).prefix);
    },
    abandon: async () => undefined,
  };
}

function guarded(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  { marked, isOfClaim }: { readonly marked: JsonDocument<JobRequest>; readonly isOfClaim: boolean },
): JobDeletion {
  const keys = jobKeys(tenant, jobId);
  let current = marked;
  let renewedAt = performance.now();

  /** Renews the mark before each destructive step: a process that stalled may have lost the job to another. */
  async function renew(): Promise<void> {
    if (performance.now() - renewedAt < renewAfterMs) return;
    try {
      current = await mark(store, tenant, jobId, current, current.value.deletion?.id ?? randomUUID());
      renewedAt = performance.now();
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      throw new ClassifierError('storage_unavailable', 'Another request deletes this job.', { cause: error });
    }
  }

  return {
    claimedAt: current.value.claimedAt,
    async isStarted(run) {
      if (!isOfClaim) return true;
      if (!run) return (await store.head(keys.result)) !== undefined;
      const ofRun = claimOfMemo(run.memo);
      if (ofRun !== undefined && ofRun !== current.value.claim) return false;
      return !(await hasTombstone(store, tenant, jobId, run.runId));
    },
    async finish(hides) {
      if (hides) await writeTombstone(store, tenant, jobId, hides.runId);
      await renew();
      await deleteFileOf(store, tenant, jobId, current.value);
      await renew();
      await store.deletePrefix(keys.pages);
      for await (const { key, modifiedAt } of store.list(keys.prefix)) {
        if (key === keys.request || isOfNext(key, modifiedAt)) continue;
        await renew();
        await store.delete(key);
      }
      await renew();
      await store.delete(keys.request);
    },
    async abandon() {
      const { deletion: _deletion, ...request } = current.value;
      if (request.fingerprint === undefined) return store.delete(keys.request);
      await writeJson(store, keys.request, request, { ifMatch: current.etag });
    },
  };

  /** Whether this is the document of a request that waits for the id. */
  function isOfNext(key: string, modifiedAt: Date): boolean {
    if (!key.startsWith(keys.sourceOf('')) || key === current.value.document?.key) return false;
    return Date.now() - modifiedAt.getTime() < uploadMs;
  }
}

async function mark(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  stored: JsonDocument<JobRequest> | undefined,
  id: string,
): Promise<JsonDocument<JobRequest>> {
  const deletion = { id, at: new Date().toISOString() };
  const marked = { ...stored?.value, deletion };
  const condition = stored ? { ifMatch: stored.etag } : ({ ifNoneMatch: '*' } as const);
  const facts = await writeJson(store, jobKeys(tenant, jobId).request, marked, condition);
  return { value: marked, etag: facts.etag };
}

async function deleteFileOf(store: ObjectStore, tenant: string, jobId: string, request: JobRequest): Promise<void> {
  const fileId = request.run?.file.id;
  if (fileId === undefined || !isId('file', fileId)) return;
  await releaseFile(store, tenant, fileId, { kind: 'job', jobId });
  // Bytes of a process that was killed before it could describe them.
  if (!(await findKeptFile(store, tenant, fileId))) await store.deletePrefix(fileKeys(tenant, fileId).prefix);
}
