import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { StoredEnd } from '../activities/end-event.ts';
import type {
  BatchProgress,
  ClassifyBatchInput,
  ClassifyBatchResult,
  StoredBatchOutcome,
} from '../src/domain/batch.ts';
import { cancelled } from '../src/domain/error-sentences.ts';
import { storeBatchResult } from './activity-proxies.ts';
import { describeFailure, jobFailure } from './failures.ts';
import { runBatch } from './run-batch.ts';
import { labelFailure } from './search-attributes.ts';
import { publishEvent } from './start-webhook.ts';

/**
 * Classifies the documents of a batch: a run of `classifyDocument` for each, no more than so many at a time. A document that fails is
 * counted, no more; the batch itself fails when its inputs cannot be read. The workflow id is the batch id. Where the history grows too long it
 * lets the runs that are under way end and continues as new.
 */
export async function classifyBatch(input: ClassifyBatchInput): Promise<ClassifyBatchResult> {
  const report = ({ next, counts }: BatchProgress): void => {
    const { processed, failed } = counts;
    setCurrentDetails(`Started ${next} of ${input.runCount} runs: ${processed} processed, ${failed} failed`);
  };
  const result = ({ counts }: BatchProgress): ClassifyBatchResult => ({
    schemaVersion: 1,
    runCount: input.runCount,
    counts,
  });

  const { progress, error } = await runBatch(input, report);
  if (error === undefined && CancellationScope.current().consideredCancelled) {
    await record(input, { ...result(progress), status: 'cancelled' });
    throw new CancelledFailure(cancelled().detail);
  }
  if (error !== undefined) {
    const failure = describeFailure(error);
    await record(input, { ...result(progress), status: 'failed', error: failure });
    throw jobFailure(failure, error instanceof Error ? error : undefined);
  }
  if (progress.next < input.runCount) return continueAsNew<typeof classifyBatch>({ ...input, carried: progress });
  await record(input, { ...result(progress), status: 'processed' });
  return result(progress);
}

/** Also when the batch was cancelled: the store remembers what became of every batch. Whoever wants to hear of it is told. */
async function record({ tenant, template }: ClassifyBatchInput, outcome: StoredBatchOutcome): Promise<void> {
  const { workflowId: batchId } = workflowInfo();
  const { events } = template;
  await CancellationScope.nonCancellable(async () => {
    if (outcome.error) {
      labelFailure(outcome.error.code);
      setCurrentDetails(outcome.error.detail);
    }
    // A worker of an earlier version answers nothing.
    const stored: StoredEnd | undefined = await storeBatchResult.executeWithOptions({ summary: 'Store the result' }, [
      { tenant, batchId, outcome, ...(events && { events }) },
    ]);
    if (stored?.event) await publishEvent(tenant, { kind: 'batch', id: batchId }, stored.event);
  });
}
