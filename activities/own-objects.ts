import { Context } from '@temporalio/activity';
import { cancelled } from '../src/domain/error-sentences.ts';
import { jobKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { hasTombstone } from '../src/records/jobs/tombstones.ts';
import { describeExecution } from '../src/temporal/executions.ts';
import { logAttemptFailure } from './activity-log.ts';

/** What was found out stays good for so long: a document of a thousand pages is not asked about a thousand times. */
const presetGoodForMs = 1000;

/**
 * Does work that writes what belongs to a job, and quotes its document. A deletion does not wait for workers that have
 * not heard of it: what they write behind it is refused once the job is gone, and taken away again where the deletion
 * came while it was written. Refused is also what comes later than `goodForMs` after the start for a run that has been
 * closed since, by its time or by an operator: nobody tells a worker of that before its next heartbeat.
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

  /** Never throws: the work is done, or has failed for a reason of its own. What is left then the sweep takes. */
  async function takeAway(): Promise<void> {
    try {
      if (!(await isDeleted()) || (await hasSuccessor(jobId, runId))) return;
      for (const key of written) await store.delete(key);
    } catch (error) {
      logAttemptFailure(error);
    }
  }
}

/** Where Temporal cannot be asked the run is taken for open: what its work has cost is not given up for that. */
async function isClosed(jobId: string, runId: string): Promise<boolean> {
  try {
    const latest = await describeExecution(Context.current().client, jobId);
    return latest?.runId !== runId || latest.closeTime !== undefined;
  } catch (error) {
    logAttemptFailure(error);
    return false;
  }
}

/** Whether the id was taken anew: what lies there now is no longer ours to delete. */
async function hasSuccessor(jobId: string, runId: string): Promise<boolean> {
  const latest = await describeExecution(Context.current().client, jobId);
  return latest !== undefined && latest.runId !== runId;
}
