import { Context } from '@temporalio/activity';
import { cancelled } from '../src/domain/error-sentences.ts';
import { jobKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { hasTombstone } from '../src/records/jobs/tombstones.ts';
import { describeExecution } from '../src/temporal/executions.ts';
import { logAttemptFailure } from './activity-log.ts';

/** Caches the check for so long: a document of a thousand pages is not checked a thousand times. */
const presetGoodForMs = 1000;

/**
 * Runs work that writes objects of a job. A deletion does not wait for workers, so a worker may write behind it. This
 * refuses the work once the job is gone, and removes what it wrote if the deletion came meanwhile. It also refuses work
 * that ends later than `goodForMs` after the start if the run has been closed since: nobody tells a worker that before
 * its next heartbeat.
 */
export async function withOwnObjects<T>(
  store: ObjectStore,
  { tenant, jobId }: { readonly tenant: string; readonly jobId: string },
  work: (store: ObjectStore) => Promise<T>,
  goodForMs = presetGoodForMs,
): Promise<T> {
  const { runId = '' } = Context.current().info.workflowExecution ?? {};
  const { prefix } = jobKeys(tenant, jobId);
  const written = new Set<string>();
  const startedAt = performance.now();
  let askedAt = Number.NEGATIVE_INFINITY;

  const isDeleted = (): Promise<boolean> => hasTombstone(store, tenant, jobId, runId);

  async function isGone(): Promise<boolean> {
    askedAt = performance.now();
    return (await isDeleted()) || (askedAt - startedAt > goodForMs && (await isClosed(jobId, runId)));
  }

  const own: ObjectStore = {
    ...store,
    async put(key, body, options) {
      if (!key.startsWith(prefix)) return store.put(key, body, options);
      if (performance.now() - askedAt > goodForMs && (await isGone())) throw cancelled();
      written.add(key);
      return store.put(key, body, options);
    },
  };

  try {
    return await work(own);
  } finally {
    if (written.size > 0) await takeAway();
  }

  /** Never throws: the work itself has succeeded or failed. The sweep deletes what remains. */
  async function takeAway(): Promise<void> {
    try {
      if (!(await isDeleted()) || (await hasSuccessor(jobId, runId))) return;
      for (const key of written) await store.delete(key);
    } catch (error) {
      logAttemptFailure(error);
    }
  }
}

/** Assumes an open run when Temporal cannot answer, rather than lose paid work. */
async function isClosed(jobId: string, runId: string): Promise<boolean> {
  try {
    const latest = await describeExecution(Context.current().client, jobId);
    return latest?.runId !== runId || latest.closeTime !== undefined;
  } catch (error) {
    logAttemptFailure(error);
    return false;
  }
}

/** Whether a new job has taken the id; then its objects are not ours to delete. */
async function hasSuccessor(jobId: string, runId: string): Promise<boolean> {
  const latest = await describeExecution(Context.current().client, jobId);
  return latest !== undefined && latest.runId !== runId;
}
