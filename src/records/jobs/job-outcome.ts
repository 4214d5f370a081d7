import { z } from 'zod';
import { jobOfAnotherRun } from '../../domain/error-sentences.ts';
import { isOutcomeOf, type Job, type RunIdentity, type StoredOutcome } from '../../domain/job.ts';
import { jobKeys } from '../keys.ts';
import { PreconditionFailed, type ObjectStore, type PutOptions } from '../../storage/object-store.ts';
import { withReview } from './job-review.ts';
import { hasTombstone } from './tombstones.ts';

/** Reads a finished job from its `result.json`; undefined when there is none that this version understands. */
export async function readOutcome(store: ObjectStore, tenant: string, jobId: string): Promise<Job | undefined> {
  const outcome = await readStoredOutcome(store, tenant, jobId);
  return outcome && toJob(store, tenant, outcome);
}

/** Builds the job from its outcome and its review. */
export async function toJob(
  store: ObjectStore,
  tenant: string,
  { jobId, createdAt, finishedAt, result, error }: StoredOutcome,
): Promise<Job | undefined> {
  const times = { createdAt, ...(finishedAt !== undefined && { finishedAt }) };
  if (result) return withReview(store, tenant, { jobId, status: 'completed', ...times, result });
  if (error) return { jobId, status: 'failed', ...times, error };
  return undefined;
}

/** Reads the stored outcome, which names its run. */
export async function readStoredOutcome(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<StoredOutcome | undefined> {
  const stored = await store.get(jobKeys(tenant, jobId).result);
  const outcome = stored && parseOutcome(stored.bytes);
  return outcome && { ...outcome, jobId };
}

/** The same, unless it is the word of a run that belongs to no job any more. */
export async function readOwnOutcome(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<StoredOutcome | undefined> {
  const outcome = await readStoredOutcome(store, tenant, jobId);
  return outcome && !(await isOfDeletedRun(store, tenant, outcome)) ? outcome : undefined;
}

/**
 * Writes the outcome of a run, once or again. Resolves with false where the outcome of another run of the same workflow
 * id stands there: that is never replaced, unless its job was deleted.
 */
export async function writeOutcome(
  store: ObjectStore,
  tenant: string,
  outcome: StoredOutcome & RunIdentity,
  signal: AbortSignal,
): Promise<boolean> {
  const key = jobKeys(tenant, outcome.jobId).result;
  const body = Buffer.from(JSON.stringify(outcome));
  const options = { contentType: 'application/json', signal };
  let condition: Pick<PutOptions, 'ifMatch' | 'ifNoneMatch'> = { ifNoneMatch: '*' };
  for (;;) {
    try {
      await store.put(key, body, { ...options, ...condition });
      return true;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
    const present = await store.get(key);
    const earlier = present && parseOutcome(present.bytes);
    if (earlier && (await isOfAnotherJob(store, tenant, earlier, outcome))) return false;
    condition = present ? { ifMatch: present.etag } : { ifNoneMatch: '*' };
  }
}

/** Throws `invalid_request` if the job of this id is finished and belongs to another run. */
export async function assertOwnJob(store: ObjectStore, tenant: string, jobId: string, run: RunIdentity): Promise<void> {
  const present = await readStoredOutcome(store, tenant, jobId);
  if (present && (await isOfAnotherJob(store, tenant, present, run))) throw jobOfAnotherRun();
}

async function isOfAnotherJob(
  store: ObjectStore,
  tenant: string,
  outcome: StoredOutcome,
  run: Omit<RunIdentity, 'runId'>,
): Promise<boolean> {
  return !isOutcomeOf(outcome, run) && !(await isOfDeletedRun(store, tenant, outcome));
}

/** What a run has written behind the deletion of its job. */
async function isOfDeletedRun(store: ObjectStore, tenant: string, { jobId, runId }: StoredOutcome): Promise<boolean> {
  return runId !== undefined && hasTombstone(store, tenant, jobId, runId);
}

function parseOutcome(bytes: Uint8Array): StoredOutcome | undefined {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return isOutcome(value) ? value : undefined;
}

/** Written by `writeOutcome` alone; the head tells whether it is whole and of a version that is understood. */
function isOutcome(value: unknown): value is StoredOutcome {
  return z.looseObject({ schemaVersion: z.literal(1), jobId: z.string(), createdAt: z.string() }).safeParse(value)
    .success;
}
