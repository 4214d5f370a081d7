import type { WorkflowExecutionDescription } from '@temporalio/client';
import { claimOfMemo } from '../domain/run-claim.ts';
import { readOwnOutcome } from '../records/jobs/job-outcome.ts';
import { readJobRequest, type JobClaim } from '../records/jobs/job-request.ts';
import { hasTombstone } from '../records/jobs/tombstones.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import { removeRun } from './remove-run.ts';
import { startRun, type StartRunDependencies } from './start-run.ts';
import type { StartJobRequest } from './start-job-request.ts';

/** A job whose id stands for a key. */
export interface ClaimedJob {
  readonly tenant: string;
  readonly jobId: string;
  /** What its run is started with; called where it is to be started. */
  readonly toRequest: () => Promise<StartJobRequest>;
}

/** What became of a claim when its run was to be started. */
export interface StartedClaim {
  /** Whether the run was started by this call. */
  readonly isStarted: boolean;
  /** Whether the claim still has the job id, and is not being deleted. */
  readonly isCurrent: boolean;
}

const reason = 'started for a job that was deleted';

/**
 * Starts the run of a request that has its job id by a key, unless it was started before. A run that is there and has
 * another claim is of a job that was deleted: Temporal has not forgotten it yet, or somebody who had found that job
 * started it behind the deletion. Its document is gone, and the run of this claim takes its place. Any number of
 * callers may do so at once, and each may be killed, or stopped for long, between any two steps: only the run that was
 * looked at is ended, after the claim was seen to have the id; Temporal starts one run for each claim; and who has
 * started one for a claim that was deleted meanwhile takes it away.
 */
export async function startClaimed(
  dependencies: StartRunDependencies,
  job: ClaimedJob,
  claimed: JobClaim,
): Promise<StartedClaim> {
  const { tenant, jobId } = job;
  const runId = await startUnlessStarted(dependencies, job, claimed);
  const present = await readJobRequest(dependencies.store, tenant, jobId);
  const hasId = present?.claim === claimed.request.claim;
  // While its job is being deleted, the run is left to whoever does so.
  if (runId !== undefined && !hasId) await removeRun(dependencies, { tenant, jobId, runId, reason });
  return { isStarted: runId !== undefined, isCurrent: hasId && !present?.deletion };
}

/** Resolves with the id of the run that was started. */
async function startUnlessStarted(
  dependencies: StartRunDependencies,
  job: ClaimedJob,
  claimed: JobClaim,
): Promise<string | undefined> {
  const { client, store } = dependencies;
  const { tenant, jobId } = job;
  const { claim } = claimed.request;
  // Of a new one it is likely that there is none.
  let present = claimed.isNew ? undefined : await describeExecution(client, jobId);
  for (;;) {
    if (present) {
      if (!(await isOfDeleted(store, tenant, present, claimed))) return undefined;
      // Asked after the run was looked at, which therefore is not of a later claim.
      if ((await readJobRequest(store, tenant, jobId))?.claim !== claim) return undefined;
      await removeRun(dependencies, { tenant, jobId, runId: present.runId, reason });
    } else if (!claimed.isNew && (await readOwnOutcome(store, tenant, jobId))) {
      // It was finished so long ago that Temporal has forgotten it.
      return undefined;
    }
    const request = await job.toRequest();
    const runId = await startRun(dependencies, request, { claim, afterClosed: present !== undefined });
    if (runId !== undefined) return runId;
    present = await describeExecution(client, jobId);
  }
}

async function isOfDeleted(
  store: ObjectStore,
  tenant: string,
  { workflowId, runId, memo, closeTime }: WorkflowExecutionDescription,
  { request: { claim }, isNew }: JobClaim,
): Promise<boolean> {
  const ofRun = claimOfMemo(memo);
  if (ofRun !== undefined) return ofRun !== claim;
  // Runs of an earlier version do not say it.
  return (isNew && closeTime !== undefined) || hasTombstone(store, tenant, workflowId, runId);
}
