import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readJson, updateJson } from '../json-documents.ts';
import { jobKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

const tombstoneSchema = z.object({
  runId: z.string(),
  /** Of earlier deletions of the same id, the newest first. */
  earlier: z.array(z.string()).optional(),
});

const parse = (value: unknown) => tombstoneSchema.parse(value);

/**
 * An id that stands for an idempotency key may be deleted and taken again any number of times; who writes behind a
 * deletion does so soon.
 */
const maxEarlier = 20;

/**
 * Hides a run from readers until Temporal has forgotten it, which takes half a minute or some more after it was told
 * to, and stops its writers. Of a run that Temporal has forgotten already it stops those who are about to write a
 * review.
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

/** Whether this run is what is left of a deleted job. */
export async function hasTombstone(store: ObjectStore, tenant: string, jobId: string, runId: string): Promise<boolean> {
  const left = await readJson(store, jobKeys(tenant, jobId).tombstone, parse);
  return left?.value.runId === runId || left?.value.earlier?.includes(runId) === true;
}

/** Something that is another one after each deletion of the job; undefined before the first. */
export async function tombstoneVersion(store: ObjectStore, tenant: string, jobId: string): Promise<string | undefined> {
  return (await store.head(jobKeys(tenant, jobId).tombstone))?.etag;
}
