import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { OperateOnPageInput, OperateOnPageResult } from '../src/domain/job-operation.ts';
import { runStep, waitingForStore, type WaitingRules } from './run-step.ts';

export interface OperateOnPageDependencies extends Pick<WaitingRules, 'circuits'> {
  /** Stops between two jobs when the signal aborts, and returns what it has done. Repeating a page changes nothing. */
  readonly operateOnJobs: (
    client: Client,
    input: OperateOnPageInput,
    signal: AbortSignal,
  ) => Promise<OperateOnPageResult>;
}

/** Works on one page of the jobs that an operation's filter finds. A cancelled one returns what it has done so far. */
export function createOperateOnPage(dependencies: OperateOnPageDependencies) {
  const { operateOnJobs } = dependencies;
  return async function operateOnPage(input: OperateOnPageInput): Promise<OperateOnPageResult> {
    return runStep(
      (signal) => operateOnJobs(Context.current().client, input, signal),
      waitingForStore(input, dependencies),
    );
  };
}
