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
import { patienceLimits } from '../src/domain/waiting.ts';
import { describeFailure, jobFailure } from './failures.ts';
import { createPatience, type Patience } from './patience.ts';
import { runBatch } from './run-batch.ts';
import { labelFailure } from './search-attributes.ts';
import { publishEvent } from './start-webhook.ts';

/**
 * Classifies the documents of a batch with one run of `classifyDocument` each, at most `concurrency` at a time. It only
 * counts a document that fails; the batch itself fails when it cannot read its inputs. The workflow id is the batch id.
 * When the history grows too long, the batch lets its current runs end and continues as new.
 */
export async function classifyBatch(input: ClassifyBatchInput): Promise<ClassifyBatchResult> {
  let details = '';
  const report = ({ next, counts }: BatchProgress): void => {
    const { processed, failed } = counts;
    details = `Started ${next} of ${input.runCount} runs: ${processed} processed, ${failed} failed`;
    setCurrentDetails(details);
  };
  const patience = createPatience({
    seconds: patienceSecondsOf(input),
    onOver: () => setCurrentDetails(details),
  });
  const result = ({ counts }: BatchProgress): ClassifyBatchResult => ({
    schemaVersion: 1,
    runCount: input.runCount,
    counts,
  });

  const { progress, error } = await runBatch(input, patience, report);
  if (error === undefined && CancellationScope.current().consideredCancelled) {
    await record(input, { ...result(progress), status: 'cancelled' }, patience);
    throw new CancelledFailure(cancelled().detail);
  }
  if (error !== undefined) {
    const failure = describeFailure(error);
    await record(input, { ...result(progress), status: 'failed', error: failure }, patience);
    throw jobFailure(failure, error instanceof Error ? error : undefined);
  }
  if (progress.next < input.runCount) return continueAsNew<typeof classifyBatch>({ ...input, carried: progress });
  await record(input, { ...result(progress), status: 'processed' }, patience);
  return result(progress);
}

/**
 * Each document has its own patience. The batch's own steps have a day, or as much as its documents where that is more.
 */
function patienceSecondsOf({ template }: ClassifyBatchInput): number {
  return Math.max(template.patienceSeconds ?? 0, patienceLimits.defaultSeconds);
}

/** Runs for a cancelled batch too: the store keeps the outcome of every batch. Then notifies whoever subscribed. */
async function record(input: ClassifyBatchInput, outcome: StoredBatchOutcome, patience: Patience): Promise<void> {
  const { workflowId: batchId } = workflowInfo();
  const { tenant, template } = input;
  const { events } = template;
  const end = { tenant, batchId, outcome, ...(events && { events }), canWait: true };
  patience.beginEnd(patienceSecondsOf(input));
  await CancellationScope.nonCancellable(async () => {
    if (outcome.error) {
      labelFailure(outcome.error.code);
      setCurrentDetails(outcome.error.detail);
    }
    // A worker of an earlier version returns nothing.
    const stored: StoredEnd | undefined = await patience.outlast(() =>
      storeBatchResult.executeWithOptions({ summary: 'Store the result' }, [end]),
    );
    if (stored?.event) await publishEvent(tenant, { kind: 'batch', id: batchId }, stored.event);
  });
}
