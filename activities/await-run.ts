import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { BatchCounts } from '../src/domain/batch.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { readOutcome } from '../src/records/jobs/job-outcome.ts';
import { describeExecution } from '../src/temporal/executions.ts';
import { runStep, waitingForStore, type StoreDependencies } from './run-step.ts';
import { SlotGivenBack } from './slot-given-back.ts';

export interface AwaitRunInput {
  readonly tenant: string;
  readonly jobId: string;
  /** The run knows how to wait for what only the operator can mend, and is told at once. */
  readonly canWait?: boolean;
}

export interface AwaitRunResult {
  readonly outcome: keyof BatchCounts;
}

/** A run takes seconds at least, and this waits only for those that a reset batch has met again. */
const shortestPauseMs = 1000;
const longestPauseMs = 10_000;

/**
 * Tells how a run ended that somebody else has started. Until the store knows, or Temporal that it will never know,
 * each attempt looks once and gives its slot back.
 */
export function createAwaitRun(dependencies: StoreDependencies) {
  const { store } = dependencies;
  return async function awaitRun(input: AwaitRunInput): Promise<AwaitRunResult> {
    return runStep(
      async () => {
        const { client, info } = Context.current();
        const outcome = (await storedOutcome(store, input)) ?? (await outcomeOfClosed(client, store, input));
        if (outcome) return { outcome };
        const afterMs = Math.min(shortestPauseMs * info.attempt, longestPauseMs);
        throw new SlotGivenBack('The run is still under way.', { afterMs });
      },
      waitingForStore(input, dependencies),
    );
  };
}

type Outcome = AwaitRunResult['outcome'];

async function storedOutcome(store: ObjectStore, { tenant, jobId }: AwaitRunInput): Promise<Outcome | undefined> {
  const job = await readOutcome(store, tenant, jobId);
  if (job?.status === 'completed') return 'processed';
  if (job?.status !== 'failed') return undefined;
  return job.error.code === 'cancelled' ? 'cancelled' : 'failed';
}

/**
 * A run that was ended without its consent stores nothing, and neither does one that was deleted; undefined while it
 * runs.
 */
async function outcomeOfClosed(client: Client, store: ObjectStore, input: AwaitRunInput): Promise<Outcome | undefined> {
  const execution = await describeExecution(client, input.jobId);
  if (execution && !execution.closeTime) return undefined;
  // It may have stored its end between the two looks.
  const stored = await storedOutcome(store, input);
  if (stored) return stored;
  switch (execution?.status.name) {
    case 'COMPLETED':
      return 'processed';
    case 'TERMINATED':
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'failed';
  }
}
