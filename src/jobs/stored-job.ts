import { z } from 'zod';
import { jobNotFound } from '../domain/error-sentences.ts';
import type { Job, StoredOutcome } from '../domain/job.ts';
import { jobKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Reads a job that Temporal has forgotten from its `result.json`. Throws `not_found` when there is none. */
export async function readStoredJob(store: ObjectStore, tenant: string, jobId: string): Promise<Job> {
  const stored = await store.get(jobKeys(tenant, jobId).result);
  const outcome = stored && parseOutcome(stored.bytes);
  if (!outcome) throw jobNotFound();
  const { createdAt, result, error } = outcome;
  if (result) return { jobId, status: 'completed', createdAt, result };
  if (error) return { jobId, status: 'failed', createdAt, error };
  throw jobNotFound();
}

function parseOutcome(bytes: Uint8Array): StoredOutcome | undefined {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return isOutcome(value) ? value : undefined;
}

/** Written by storeResult alone; the head tells whether it is whole and of a version that is understood. */
function isOutcome(value: unknown): value is StoredOutcome {
  return z.looseObject({ schemaVersion: z.literal(1), jobId: z.string(), createdAt: z.string() }).safeParse(value)
    .success;
}
