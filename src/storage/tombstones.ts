import { z } from 'zod';
import { readJson, writeJson } from './json-documents.ts';
import { jobKeys } from './keys.ts';
import type { ObjectStore } from './object-store.ts';

const tombstoneSchema = z.object({ runId: z.string() });

/** Hides a run from readers until Temporal has forgotten it, which takes half a minute or some more after it was told to. */
export async function writeTombstone(store: ObjectStore, tenant: string, jobId: string, runId: string): Promise<void> {
  await writeJson(store, jobKeys(tenant, jobId).tombstone, { runId });
}

/** Whether this run is what is left of a deleted job. */
export async function hasTombstone(store: ObjectStore, tenant: string, jobId: string, runId: string): Promise<boolean> {
  const left = await readJson(store, jobKeys(tenant, jobId).tombstone, (value) => tombstoneSchema.parse(value));
  return left?.value.runId === runId;
}
