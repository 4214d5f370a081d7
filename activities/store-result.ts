import type { EventOptions } from '../src/domain/contract.ts';
import type { StoredOutcome } from '../src/domain/job.ts';
import { runEventType } from '../src/domain/webhook-event.ts';
import { keepJobId } from '../src/storage/job-id.ts';
import { jobKeys } from '../src/storage/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { toStoredEnd, type StoredEnd } from './end-event.ts';
import { runStep } from './run-step.ts';

export interface StoreResultInput {
  readonly tenant: string;
  readonly outcome: StoredOutcome;
  /** The end of this run is an event. */
  readonly events?: EventOptions;
}

/**
 * Writes `result.json`, which outlives Temporal's retention; the same outcome writes the same bytes. Also says whom the end of the run is to be told:
 * an activity for that alone would cost every run as much as all the rest of its end.
 */
export function createStoreResult({ store }: { readonly store: ObjectStore }) {
  return async function storeResult({ tenant, outcome, events }: StoreResultInput): Promise<StoredEnd> {
    return runStep(async (signal) => {
      await keepJobId(store, tenant, outcome.jobId);
      const body = Buffer.from(JSON.stringify(outcome));
      await store.put(jobKeys(tenant, outcome.jobId).result, body, { contentType: 'application/json', signal });
      return toStoredEnd(store, tenant, runEventType(outcome.error), events);
    });
  };
}
