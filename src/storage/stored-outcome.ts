import { z } from 'zod';
import type { Job, StoredOutcome } from '../domain/job.ts';
import { jobKeys } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import { withReview } from './stored-review.ts';

/** A finished job as its `result.json` tells it; undefined when there is none, or none that is understood. */
export async function readOutcome(store: ObjectStore, tenant: string, jobId: string): Promise<Job | undefined> {
  const stored = await store.get(jobKeys(tenant, jobId).result);
  const outcome = stored && parseOutcome(stored.bytes);
  if (!outcome) return undefined;
  const { createdAt, finishedAt, result, error } = outcome;
  const times = { createdAt, ...(finishedAt !== undefined && { finishedAt }) };
  if (result) return withReview(store, tenant, { jobId, status: 'completed', ...times, result });
  if (error) return { jobId, status: 'failed', ...times, error };
  return undefined;
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
