import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { cancelled } from '../src/domain/error-sentences.ts';
import {
  addProgress,
  noProgress,
  progressMemo,
  type OperateOnJobsInput,
  type OperationOutcome,
  type OperationPosition,
  type OperationProgress,
} from '../src/domain/job-operation.ts';
import { operateOnPage, storeOperationResult } from './activity-proxies.ts';
import { patienceLimits } from '../src/domain/waiting.ts';
import { describeFailure, jobFailure } from './failures.ts';
import { createPatience, type Patience } from './patience.ts';
import { labelFailure } from './search-attributes.ts';

/** Temporal's visibility lists a run a moment after its start, and this workflow counts running jobs by it. */
const firstPauseMs = 1000;
const longestPauseMs = 15_000;

/**
 * Runs again, cancels or deletes all jobs that a filter finds, page by page: the same code under three names. The
 * workflow id is the operation id. When the history grows too long it continues as new. A cancelled operation stops
 * after the jobs in its hands; finished work stays.
 */
export async function operateOnJobs(input: OperateOnJobsInput): Promise<OperationProgress> {
  let position: OperationPosition = input.carried ?? noProgress;
  report(input, position);
  const patience = createPatience({
    seconds: patienceLimits.defaultSeconds,
    onOver: () => setCurrentDetails(describe(input, position)),
  });
  try {
    position = await work(input, position, patience, (next) => {
      position = next;
      report(input, next);
    });
  } catch (error) {
    if (isCancellation(error) || CancellationScope.current().consideredCancelled) {
      await record(input, position, 'cancelled', patience);
      throw new CancelledFailure(cancelled().detail);
    }
    const failure = describeFailure(error);
    labelFailure(failure.code);
    await record(input, position, 'failed', patience);
    throw jobFailure(failure, error instanceof Error ? error : undefined);
  }
  if (position.pageToken !== undefined) {
    return continueAsNew<typeof operateOnJobs>({ ...input, carried: position });
  }
  await record(input, position, 'completed', patience);
  return progressOf(position);
}

/**
 * Works through the pages until the last one, or until the history is long enough. Throws when the operation is
 * cancelled.
 */
async function work(
  input: OperateOnJobsInput,
  start: OperationPosition,
  patience: Patience,
  keep: (position: OperationPosition) => void,
): Promise<OperationPosition> {
  const { tenant, kind, priorityKey, stepsPerExecution = Number.POSITIVE_INFINITY } = input;
  const { workflowId: operationId } = workflowInfo();
  // Continuing as new drops the operation's own priority.
  const priority = { fairnessKey: tenant, priorityKey };
  let position = start;
  let pauseMs = firstPauseMs;
  for (let steps = 1; ; steps++) {
    const { pageToken: at } = position;
    const page = { tenant, kind, operationId, ...(at !== undefined && { pageToken: at }), canWait: true };
    const step = await patience.outlast(() =>
      operateOnPage.executeWithOptions({ summary: 'Work on a page of jobs', priority }, [page]),
    );
    const { pageToken } = step;
    position = { ...addProgress(position, step), ...(pageToken !== undefined && { pageToken }) };
    if (!step.mustWait) keep(position);
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure(cancelled().detail);
    if (pageToken === undefined && !step.mustWait) return position;
    if (pageToken !== undefined && (workflowInfo().continueAsNewSuggested || steps >= stepsPerExecution))
      return position;
    pauseMs = step.mustWait ? Math.min(pauseMs * 2, longestPauseMs) : firstPauseMs;
    if (kind === 'rerun') await sleep(pauseMs);
  }
}

/** Readable without a worker; operators see it in Temporal's UI. */
function report(input: OperateOnJobsInput, position: OperationPosition): void {
  upsertMemo({ [progressMemo]: progressOf(position) });
  setCurrentDetails(describe(input, position));
}

function describe({ kind }: OperateOnJobsInput, { counts }: OperationPosition): string {
  const { done, skipped, failed } = counts;
  return `${kind}: ${done} done, ${skipped} skipped, ${failed} failed`;
}

/** Runs for a cancelled operation too: the store keeps its outcome. */
async function record(
  { tenant }: OperateOnJobsInput,
  position: OperationPosition,
  status: OperationOutcome['status'],
  patience: Patience,
): Promise<void> {
  const { workflowId: operationId } = workflowInfo();
  const outcome: OperationOutcome = {
    schemaVersion: 1,
    status,
    ...progressOf(position),
    finishedAt: new Date().toISOString(),
  };
  const result = { tenant, operationId, outcome, canWait: true };
  patience.beginEnd(patienceLimits.defaultSeconds);
  await CancellationScope.nonCancellable(() =>
    patience.outlast(() => storeOperationResult.executeWithOptions({ summary: 'Store the result' }, [result])),
  );
}

function progressOf({ counts, errors, skippedBy }: OperationPosition): OperationProgress {
  return { counts, errors, ...(skippedBy && { skippedBy }) };
}
