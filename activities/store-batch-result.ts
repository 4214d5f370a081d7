import type { StoredBatchOutcome } from '../src/domain/batch.ts';
import type { EventOptions } from '../src/domain/contract.ts';
import { batchEventType } from '../src/domain/webhook-event.ts';
import { writeJson } from '../src/records/json-documents.ts';
import { endEvaluation } from '../src/records/evaluations/measure-evaluation.ts';
import { batchKeys } from '../src/records/keys.ts';
import { toStoredEnd, type StoredEnd } from './end-event.ts';
import { runStep, waitingForStore, type StoreDependencies } from './run-step.ts';

export interface StoreBatchResultInput {
  readonly tenant: string;
  readonly batchId: string;
  readonly outcome: StoredBatchOutcome;
  /** Present if the end of this batch is an event. */
  readonly events?: EventOptions;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

/**
 * Writes `result.json` of a batch, which outlives Temporal's retention. The same outcome writes the same bytes. Deletes
 * the batch's inputs: each started run has its own, and their texts must not outlive a deleted run. Measures the
 * evaluation that the batch was made for. Returns whom to notify.
 */
export function createStoreBatchResult(dependencies: StoreDependencies) {
  const { store } = dependencies;
  return async function storeBatchResult(input: StoreBatchResultInput): Promise<StoredEnd> {
    const { tenant, batchId, outcome, events } = input;
    return runStep(
      async (signal) => {
        const keys = batchKeys(tenant, batchId);
        await endEvaluation(store, tenant, batchId, outcome.status);
        await writeJson(store, keys.result, outcome, { signal });
        await store.deletePrefix(keys.inputs);
        return toStoredEnd(store, tenant, batchEventType(outcome.status), events);
      },
      waitingForStore(input, dependencies),
    );
  };
}
