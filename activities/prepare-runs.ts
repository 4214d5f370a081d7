import type { PreparedRun } from '../src/domain/batch.ts';
import { runStep, waitingForStore, type WaitingRules } from './run-step.ts';

export interface PrepareRunsInput {
  readonly tenant: string;
  readonly batchId: string;
  /** Index of the first run to prepare, and of the one after the last. */
  readonly first: number;
  readonly end: number;
  /** The run knows how to wait for what only the operator can mend, and is told at once. */
  readonly canWait?: boolean;
}

export interface PrepareRunsResult {
  readonly runs: readonly PreparedRun[];
}

export interface PrepareRunsDependencies extends Pick<WaitingRules, 'circuits'> {
  /**
   * Puts what a run needs into the store, and says what its workflow is started with. The same call writes the same
   * bytes.
   */
  readonly prepareBatchRuns: (input: PrepareRunsInput, signal: AbortSignal) => Promise<readonly PreparedRun[]>;
}

/** Prepares runs of a batch from its stored inputs. What is wrong with one of them is the refusal of that run alone. */
export function createPrepareRuns(dependencies: PrepareRunsDependencies) {
  const { prepareBatchRuns } = dependencies;
  return async function prepareRuns(input: PrepareRunsInput): Promise<PrepareRunsResult> {
    return runStep(
      async (signal) => ({ runs: await prepareBatchRuns(input, signal) }),
      waitingForStore(input, dependencies),
    );
  };
}
