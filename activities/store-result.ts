import { receiversOf } from '../src/definitions/webhook-receivers.ts';
import type { EventOptions } from '../src/domain/contract.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { StoredOutcome } from '../src/domain/job.ts';
import { runEventType, type ClassifierEventType } from '../src/domain/webhook-event.ts';
import { jobKeys } from '../src/storage/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { logAttemptFailure } from './activity-log.ts';
import { runStep } from './run-step.ts';

export interface StoreResultInput {
  readonly tenant: string;
  readonly outcome: StoredOutcome;
  /** The end of this run is an event. */
  readonly events?: EventOptions;
}

export interface StoreResultResult {
  /** Absent when nobody wants to hear of the end. */
  readonly event?: RunEvent;
}

export interface RunEvent {
  readonly eventType: ClassifierEventType;
  readonly endpointIds: readonly string[];
}

/**
 * Writes `result.json`, which outlives Temporal's retention; the same outcome writes the same bytes. Also says whom the end of the run is to be told:
 * an activity for that alone would cost every run as much as all the rest of its end.
 */
export function createStoreResult({ store }: { readonly store: ObjectStore }) {
  return async function storeResult({ tenant, outcome, events }: StoreResultInput): Promise<StoreResultResult> {
    return runStep(async (signal) => {
      const body = Buffer.from(JSON.stringify(outcome));
      await store.put(jobKeys(tenant, outcome.jobId).result, body, { contentType: 'application/json', signal });
      const eventType = events && runEventType(outcome.error);
      if (!eventType) return {};
      const endpointIds = await findReceivers(() => receiversOf(store, tenant, { eventType, ...events }));
      return endpointIds.length === 0 ? {} : { event: { eventType, endpointIds } };
    });
  };
}

/** The store may be waited for; an endpoint that cannot be read must not cost a job. */
async function findReceivers(find: () => Promise<string[]>): Promise<string[]> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ClassifierError) throw error;
    logAttemptFailure(error);
    return [];
  }
}
