import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readJson, updateJson } from '../json-documents.ts';
import { jobKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

const tombstoneSchema = z.object({
  runId: z.string(),
  /** Earlier deletions of the same id, the newest first. */
  earlier: z.array(z.string()).optional(),
});

const parse = (value: unknown) => tombstoneSchema.parse(value);

/**
 * The id of an idempotency key may be deleted and claimed any number of times. Late writers come soon after a deletion.
 */
const maxEarlier = 20;

/**
 * Hides a run from readers until Temporal has forgotten it, which takes half a minute or more, and stops its writers.
 * After Temporal has forgotten the run, it stops those who are about to write a review.
 */
export async function writeTombstone(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  runId: string = randomUUID(),
): Promise<void> {
  await updateJson(store, jobKeys(tenant, jobId).tombstone, parse, (last) => {
    if (!last || last.runId === runId) return last ?? { runId };
    return { runId, earlier: [last.runId, ...(last.earlier ?? [])].slice(0, maxEarlier) };
  });
}

/** Whether this run belongs to a deleted job. */
export async function hasTombstone(store: ObjectStore, tenant: string, jobId: string, runId: string): Promise<boolean> {
  const left = await readJson(store, jobKeys(tenant, jobId).tombstone, parse);
  return left?.value.runId === runId || left?.value.earlier?.includes(runId) === true;
}

/** A value that changes with each deletion of the job; undefined before the first. */
export async function tombstoneVersion(store: ObjectStore, tenant: string, jobId: string): Promise<string | undefined> {
  return (await store.head(jobKeys(tenant, jobId).tombstone))?.etag;
}
