import {
  CancellationScope,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  TerminatedFailure,
  workflowInfo,
} from '@temporalio/workflow';
import {
  batchLimits,
  jobIdOfBatch,
  type BatchCounts,
  type BatchProgress,
  type ClassifyBatchInput,
  type PreparedRun,
} from '../src/domain/batch.ts';
import type { PrepareRunsResult } from '../activities/prepare-runs.ts';
import { workflowTypes } from '../src/domain/contract.ts';
import { searchAttributeKeys } from '../src/domain/search-attributes.ts';
import { awaitRun, prepareRuns } from './activity-proxies.ts';
import type { classifyDocument } from './classify-document.ts';
import type { Patience } from './patience.ts';

export interface BatchPart {
  /** `next` is below the batch's end when the history is long enough, or when the batch was cancelled or failed. */
  readonly progress: BatchProgress;
  /** Why the batch could start no more runs. */
  readonly error?: unknown;
}

const noneYet: BatchProgress = { next: 0, counts: { processed: 0, failed: 0, cancelled: 0 } };

/** Starts runs, at most `concurrency` at a time, and waits for all that it started. Never throws. */
export async function runBatch(
  input: ClassifyBatchInput,
  patience: Patience,
  report: (progress: BatchProgress) => void,
): Promise<BatchPart> {
  const { next: first, counts: carried } = input.carried ?? noneYet;
  const errors: unknown[] = [];
  const runOf = preparer(input, patience);
  let next = first;
  let counts = carried;

  function mayStart(): boolean {
    if (next >= input.runCount || errors.length > 0 || CancellationScope.current().consideredCancelled) return false;
    return !workflowInfo().continueAsNewSuggested && next - first < (input.runsPerExecution ?? input.runCount);
  }

  async function drain(): Promise<void> {
    while (mayStart()) {
      const index = next;
      next += 1;
      try {
        const outcome = await outcomeOf(input, index, await runOf(index), patience);
        counts = { ...counts, [outcome]: counts[outcome] + 1 };
      } catch (error) {
        if (!isCancellation(error)) errors.push(error);
      }
      report({ next, counts });
    }
  }

  await Promise.all(Array.from({ length: input.concurrency }, drain));
  return { progress: { next, counts }, ...(errors.length > 0 && { error: errors[0] }) };
}

/** Prepares a chunk of runs when its first run is due. Earlier ones may be over: writing them again would undo that. */
function preparer(
  { tenant, runCount, priorityKey }: ClassifyBatchInput,
  patience: Patience,
): (index: number) => Promise<PreparedRun> {
  const { workflowId: batchId } = workflowInfo();
  const { inputsPerChunk } = batchLimits;
  const chunks = new Map<number, { readonly first: number; readonly prepared: Promise<PrepareRunsResult> }>();
  return async (index) => {
    const number = Math.floor(index / inputsPerChunk);
    const end = Math.min((number + 1) * inputsPerChunk, runCount);
    const chunk = chunks.get(number) ?? {
      first: index,
      prepared: patience.outlast(() =>
        prepareRuns.executeWithOptions(
          // Continuing as new drops the batch's own priority.
          { summary: `Runs ${index + 1} to ${end}`, priority: { fairnessKey: tenant, priorityKey } },
          [{ tenant, batchId, first: index, end, canWait: true }],
        ),
      ),
    };
    chunks.set(number, chunk);
    const run = (await chunk.prepared).runs[index - chunk.first];
    if (!run) throw new TypeError(`run ${index} was not prepared`);
    return run;
  };
}

async function outcomeOf(
  input: ClassifyBatchInput,
  index: number,
  run: PreparedRun,
  patience: Patience,
): Promise<keyof BatchCounts> {
  const { workflowId: batchId } = workflowInfo();
  const { tenant, priorityKey, template, runCount, classifierId } = input;
  const { fileName } = run;
  const jobId = jobIdOfBatch(batchId, index);
  try {
    await executeChild<typeof classifyDocument>(workflowTypes.classifyDocument, {
      workflowId: jobId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      // The runs of a terminated batch still store their outcomes.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      args: [{ ...template, ...run, tenant }],
      staticSummary: `Run ${index + 1} of ${runCount}: ${fileName ?? 'document'}`.slice(0, 200),
      priority: { fairnessKey: tenant, priorityKey },
      typedSearchAttributes: [
        { key: searchAttributeKeys.tenant, value: tenant },
        { key: searchAttributeKeys.batch, value: batchId },
        ...(classifierId === undefined ? [] : [{ key: searchAttributeKeys.classifierId, value: classifierId }]),
        ...(fileName === undefined ? [] : [{ key: searchAttributeKeys.fileName, value: fileName }]),
      ],
    });
    return 'processed';
  } catch (error) {
    if (isAlreadyStarted(error)) {
      const awaited = { tenant, jobId, canWait: true };
      const summary = `Wait for run ${jobId}`;
      return (await patience.outlast(() => awaitRun.executeWithOptions({ summary }, [awaited]))).outcome;
    }
    if (isCancellation(error)) return 'cancelled';
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    return error.cause instanceof TerminatedFailure ? 'cancelled' : 'failed';
  }
}

/**
 * This run was started before the batch was reset to an earlier point. @temporalio/workflow does not export the error's
 * class.
 */
function isAlreadyStarted(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError';
}
