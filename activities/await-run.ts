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
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

export interface AwaitRunResult {
  readonly outcome: keyof BatchCounts;
}

/** A run takes seconds at least, and only a reset batch meets a run that is under way. */
const shortestPauseMs = 1000;
const longestPauseMs = 10_000;

/**
 * Returns how a run ended that another execution started. Each attempt looks once and gives its slot back, until the
 * store has the outcome or Temporal says that none will come.
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

/** A terminated, timed-out or deleted run stores no outcome. Undefined while the run is open. */
async function outcomeOfClosed(client: Client, store: ObjectStore, input: AwaitRunInput): Promise<Outcome | undefined> {
  const execution = await describeExecution(client, input.jobId);
  if (execution && !execution.closeTime) return undefined;
  // It may have stored its outcome since we looked.
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
