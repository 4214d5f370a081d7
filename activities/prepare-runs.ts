import type { PreparedRun } from '../src/domain/batch.ts';
import { runStep, waitingForStore, type WaitingRules } from './run-step.ts';

export interface PrepareRunsInput {
  readonly tenant: string;
  readonly batchId: string;
  /** Index of the first run to prepare, and of the one after the last. */
  readonly first: number;
  readonly end: number;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

export interface PrepareRunsResult {
  readonly runs: readonly PreparedRun[];
}

export interface PrepareRunsDependencies extends Pick<WaitingRules, 'circuits'> {
  /** Stores what a run needs and returns the input of its workflow. Repeating the call writes the same bytes. */
  readonly prepareBatchRuns: (input: PrepareRunsInput, signal: AbortSignal) => Promise<readonly PreparedRun[]>;
}

/** Prepares runs of a batch from its stored inputs. A bad input refuses its own run only. */
export function createPrepareRuns(dependencies: PrepareRunsDependencies) {
  const { prepareBatchRuns } = dependencies;
  return async function prepareRuns(input: PrepareRunsInput): Promise<PrepareRunsResult> {
    return runStep(
      async (signal) => ({ runs: await prepareBatchRuns(input, signal) }),
      waitingForStore(input, dependencies),
    );
  };
}
