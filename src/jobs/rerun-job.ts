import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { PageLimits } from '../records/classifiers/run-question.ts';
import { ClassifierError } from '../domain/errors.ts';
import { isRunOver, type Job } from '../domain/job.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readOriginalRequest } from './original-request.ts';
import { undoIfRefused } from './counted-start.ts';
import { jobIdOfKey } from './idempotency.ts';
import type { Quotas } from './quota.ts';
import type { JobReader } from './read-job.ts';
import { applyChanges, type RerunChanges } from './rerun-changes.ts';
import { claimRerun, withdrawRerun, type RerunClaim } from './rerun-claim.ts';
import { isStanding, sameClickMs } from './standing-rerun.ts';
import { startRerun, type Rerun } from './start-rerun.ts';

export interface RerunDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly quotas: Quotas;
  readonly pageLimits: PageLimits;
  /** The patience of runs whose request names none. */
  readonly patienceSeconds: number;
  readonly reader: Pick<JobReader, 'readWithoutProgress'>;
}

export interface RerunRequest {
  readonly tenant: string;
  /** The job to run again. */
  readonly jobId: string;
  readonly changes: RerunChanges;
  /** The caller's `Idempotency-Key`: it makes a rerun of its own, whatever ran before. */
  readonly key?: string | undefined;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
}

/**
 * Runs a finished job again, as a new job with the first one's document. The same request again returns the existing
 * rerun while it is under way, and for some minutes unless it failed. Throws `not_found`, `invalid_request` for a job
 * that is not over or that the changes do not fit, `document_missing` when its document was deleted, `quota_exceeded`.
 */
export async function rerunJob(dependencies: RerunDependencies, request: RerunRequest): Promise<Rerun> {
  const { store, reader } = dependencies;
  const { tenant, jobId, changes, key, requestId } = request;
  const job = await reader.readWithoutProgress(tenant, jobId);
  if (!isRunOver(job)) throw notOver(job);
  const asked = await applyChanges(dependencies, tenant, await readOriginalRequest(dependencies, tenant, job), changes);
  const own: RerunClaim = {
    jobId: key === undefined ? randomUUID() : jobIdOfKey(tenant, key),
    claimedAt: new Date().toISOString(),
    fingerprint: fingerprintOfChanges(changes),
  };
  const claim = await claimRerun(
    store,
    { tenant, jobId },
    own,
    async (present) => key === undefined && (await isStanding(dependencies, tenant, present, sameClickMs)),
  );
  const start = () =>
    startRerun(dependencies, {
      ...asked,
      tenant,
      jobId: claim.jobId,
      rerunOf: jobId,
      requestId,
      ...(key !== undefined && { fingerprint: `${jobId} ${own.fingerprint}` }),
    });
  return undoIfRefused(start, async (error) => {
    // The job stays whose key came with another request.
    const isOwn = claim === own && !(error instanceof ClassifierError && error.code === 'idempotency_conflict');
    if (isOwn) await withdrawRerun(store, { tenant, jobId }, own.jobId);
  });
}

/** A hash of the changes, whatever their order. */
export function fingerprintOfChanges({
  categories,
  instructions,
  pages,
  maxPages,
  classifierVersion,
  webhook,
  priority,
}: RerunChanges): string {
  const told = [categories, instructions, pages, maxPages, classifierVersion, webhook, priority];
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

function notOver({ status }: Job): ClassifierError {
  return new ClassifierError(
    'invalid_request',
    `This job is still ${status}; only one that is over can be run again. Wait for its end, or cancel it.`,
  );
}
