import type { StoredOutcome } from '../src/domain/job.ts';
import { jobKeys } from '../src/storage/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { runStep } from './run-step.ts';

export interface StoreResultInput {
  readonly tenant: string;
  readonly outcome: StoredOutcome;
}

/** Writes `result.json`, which outlives Temporal's retention. The same outcome writes the same bytes. */
export function createStoreResult({ store }: { readonly store: ObjectStore }) {
  return async function storeResult({ tenant, outcome }: StoreResultInput): Promise<void> {
    await runStep(async (signal) => {
      const body = Buffer.from(JSON.stringify(outcome));
      await store.put(jobKeys(tenant, outcome.jobId).result, body, { contentType: 'application/json', signal });
    });
  };
}
