import type { StoredBatchOutcome } from '../src/domain/batch.ts';
import { writeJson } from '../src/storage/json-documents.ts';
import { batchKeys } from '../src/storage/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { runStep } from './run-step.ts';

export interface StoreBatchResultInput {
  readonly tenant: string;
  readonly batchId: string;
  readonly outcome: StoredBatchOutcome;
}

/** Writes `result.json` of a batch, which outlives Temporal's retention. The same outcome writes the same bytes. */
export function createStoreBatchResult({ store }: { readonly store: ObjectStore }) {
  return async function storeBatchResult({ tenant, batchId, outcome }: StoreBatchResultInput): Promise<void> {
    await runStep(async (signal) => {
      await writeJson(store, batchKeys(tenant, batchId).result, outcome, { signal });
    });
  };
}
