import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, writeJson, type JsonDocument } from '../json-documents.ts';
import { fileKeys, jobKeys } from '../keys.ts';
import { PreconditionFailed, type ObjectStore } from '../../storage/object-store.ts';
import { releaseFile } from '../files/file-holders.ts';
import { findKeptFile } from '../files/files.ts';
import { isId } from '../ids.ts';

/** What a request that is being deleted says of that. */
export const deletionSchema = z.object({ id: z.string(), at: z.string() });

const requestSchema = z.looseObject({
  run: z.looseObject({ file: z.object({ id: z.string() }) }).optional(),
  document: z.looseObject({ key: z.string() }).optional(),
  fingerprint: z.string().optional(),
  claimedAt: z.string().optional(),
  deletion: deletionSchema.optional(),
});

type StoredRequest = z.infer<typeof requestSchema>;

/** A deletion that nobody else does at the same time, and in which nobody takes the job's id anew. */
export interface JobDeletion {
  /** Whether the id was taken by a request that may not have started its run yet, as far as the store tells. */
  readonly isOfClaim: boolean;
  /** When that was; absent where it was not told. */
  readonly claimedAt?: string | undefined;
  /**
   * Deletes all that the store holds of the job, its request last: as long as that is there, an interrupted deletion is
   * found and done again.
   */
  finish(): Promise<void>;
  /** Leaves the job as it is. */
  abandon(): Promise<void>;
}

/** After so long without a word whoever was deleting the job was killed, and another may go on with it. */
export const deletionLeaseMs = 30_000;
const renewAfterMs = 5_000;
const lookEveryMs = 100;
/** What came with a key that is in use already is younger: no upload takes a day. */
const uploadMs = 24 * 60 * 60 * 1000;

/**
 * Begins the deletion of a job. An id that stands for an idempotency key may come again at any moment, with a document
 * of its own: its request is marked, and whoever comes with the key waits until it is gone. Where there is no request,
 * one is set for the mark alone: another deletion may just have ended, and who waited for that has a document in the
 * store already. Another deletion that is under way is waited for; undefined when that has done it. Throws
 * `storage_unavailable`.
 */
export async function beginDeletion(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<JobDeletion | undefined> {
  const stored = await readRequest(store, tenant, jobId);
  if (stored && !mayComeAgain(stored.value)) return unguarded(store, tenant, jobId, stored.value);
  const deletion = stored?.value.deletion;
  if (deletion && !isAbandoned(deletion)) return awaitDeletion(store, tenant, jobId, deletion.id);
  try {
    const marked = await mark(store, tenant, jobId, stored, randomUUID());
    // What somebody has begun to delete was started, or they would not have; and without a request there is no claim.
    return { ...guarded(store, tenant, jobId, marked), isOfClaim: stored !== undefined && deletion === undefined };
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    return beginDeletion(store, tenant, jobId);
  }
}

/**
 * Deletes all that the store holds of a job, and with it the file that came with a run, unless others have named it
 * since.
 */
export async function deleteJobObjects(store: ObjectStore, tenant: string, jobId: string): Promise<void> {
  await (await beginDeletion(store, tenant, jobId))?.finish();
}

/** Whether whoever began it has not been heard of for too long. */
export function isAbandoned({ at }: z.infer<typeof deletionSchema>): boolean {
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
    const deletion = (await readRequest(store, tenant, jobId))?.value.deletion;
    if (deletion?.id !== deletionId) return undefined;
    if (isAbandoned(deletion)) return beginDeletion(store, tenant, jobId);
  }
}

/** Of an idempotency key, or set for the mark of a deletion. */
function mayComeAgain({ fingerprint, deletion }: StoredRequest): boolean {
  return fingerprint !== undefined || deletion !== undefined;
}

/** Nobody else can have an id that was made at random. */
function unguarded(store: ObjectStore, tenant: string, jobId: string, request: StoredRequest): JobDeletion {
  return {
    isOfClaim: false,
    async finish() {
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
  marked: JsonDocument<StoredRequest>,
): Omit<JobDeletion, 'isOfClaim'> {
  const keys = jobKeys(tenant, jobId);
  let current = marked;
  let renewedAt = performance.now();

  /** Before each step that destroys: a process that was stopped for long may have lost the job to another. */
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
    async finish() {
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

  /** A document that waits for the id to be free. */
  function isOfNext(key: string, modifiedAt: Date): boolean {
    if (!key.startsWith(keys.sourceOf('')) || key === current.value.document?.key) return false;
    return Date.now() - modifiedAt.getTime() < uploadMs;
  }
}

async function mark(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  stored: JsonDocument<StoredRequest> | undefined,
  id: string,
): Promise<JsonDocument<StoredRequest>> {
  const deletion = { id, at: new Date().toISOString() };
  const marked = { ...stored?.value, deletion };
  const condition = stored ? { ifMatch: stored.etag } : ({ ifNoneMatch: '*' } as const);
  const facts = await writeJson(store, jobKeys(tenant, jobId).request, marked, condition);
  return { value: marked, etag: facts.etag };
}

function readRequest(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<JsonDocument<StoredRequest> | undefined> {
  return readJson(store, jobKeys(tenant, jobId).request, (value) => requestSchema.parse(value));
}

async function deleteFileOf(store: ObjectStore, tenant: string, jobId: string, request: StoredRequest): Promise<void> {
  const fileId = request.run?.file.id;
  if (fileId === undefined || !isId('file', fileId)) return;
  await releaseFile(store, tenant, fileId, { kind: 'job', jobId });
  // Its bytes, of a process that was killed before it could say what they are.
  if (!(await findKeptFile(store, tenant, fileId))) await store.deletePrefix(fileKeys(tenant, fileId).prefix);
}
