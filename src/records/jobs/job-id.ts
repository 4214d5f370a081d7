import { z } from 'zod';
import { readJson, writeJson } from '../json-documents.ts';
import { jobIdName, jobKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

const schema = z.object({ jobId: z.string() });

/**
 * Call this before writing a job's first object. Whoever lists the store must know the job's id, even if its keys hold
 * a hash.
 */
export async function keepJobId(store: ObjectStore, tenant: string, jobId: string): Promise<void> {
  const { id } = jobKeys(tenant, jobId);
  if (id !== undefined) await writeJson(store, id, { jobId });
}

/** Reads the id kept below a job's prefix. */
export async function readJobId(store: ObjectStore, prefix: string): Promise<string | undefined> {
  return (await readJson(store, prefix + jobIdName, (value) => schema.parse(value)))?.value.jobId;
}
