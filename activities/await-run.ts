import { Context } from '@temporalio/activity';
import type { BatchCounts } from '../src/domain/batch.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { readOutcome } from '../src/records/jobs/job-outcome.ts';
import { runStep } from './run-step.ts';
import { SlotGivenBack } from './slot-given-back.ts';

export interface AwaitRunInput {
  readonly tenant: string;
  readonly jobId: string;
}

export interface AwaitRunResult {
  readonly outcome: keyof BatchCounts;
}

/** A run takes seconds at least, and this waits only for those that a reset batch has met again. */
const shortestPauseMs = 1000;
const longestPauseMs = 10_000;

/** Tells how a run ended that somebody else has started. Until the store knows, each attempt looks once and gives its slot back. */
export function createAwaitRun({ store }: { readonly store: ObjectStore }) {
  return async function awaitRun({ tenant, jobId }: AwaitRunInput): Promise<AwaitRunResult> {
    return runStep(async () => {
      const job = await readOutcome(store, tenant, jobId);
      if (job?.status === 'completed') return { outcome: 'processed' };
      if (job?.status === 'failed') return { outcome: job.error.code === 'cancelled' ? 'cancelled' : 'failed' };
      const { attempt } = Context.current().info;
      const afterMs = Math.min(shortestPauseMs * attempt, longestPauseMs);
      throw new SlotGivenBack('The run is still under way.', { afterMs });
    });
  };
}
