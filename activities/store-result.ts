import type { EventOptions } from '../src/domain/contract.ts';
import type { StoredOutcome } from '../src/domain/job.ts';
import { runEventType } from '../src/domain/webhook-event.ts';
import { keepJobId } from '../src/storage/job-id.ts';
import { jobKeys } from '../src/storage/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { settleFile } from '../src/definitions/file-holders.ts';
import { logAttemptFailure } from './activity-log.ts';
import { toStoredEnd, type StoredEnd } from './end-event.ts';
import { runStep } from './run-step.ts';

export interface StoreResultInput {
  readonly tenant: string;
  readonly outcome: StoredOutcome;
  /** The file that was the document. */
  readonly fileId?: string;
  /** The end of this run is an event. */
  readonly events?: EventOptions;
}

/**
 * Writes `result.json`, which outlives Temporal's retention; the same outcome writes the same bytes. Also says whom the end of the run is to be told:
 * an activity for that alone would cost every run as much as all the rest of its end.
 */
export function createStoreResult({ store }: { readonly store: ObjectStore }) {
  return async function storeResult({ tenant, outcome, fileId, events }: StoreResultInput): Promise<StoredEnd> {
    return runStep(async (signal) => {
      await keepJobId(store, tenant, outcome.jobId);
      const body = Buffer.from(JSON.stringify(outcome));
      await store.put(jobKeys(tenant, outcome.jobId).result, body, { contentType: 'application/json', signal });
      if (fileId !== undefined) await settle(store, tenant, fileId);
      return toStoredEnd(store, tenant, runEventType(outcome.error), events);
    });
  };
}

/** What is not done here the sweep does: an end must not wait for it. */
async function settle(store: ObjectStore, tenant: string, fileId: string): Promise<void> {
  try {
    await settleFile(store, tenant, fileId);
  } catch (error) {
    logAttemptFailure(error);
  }
}
