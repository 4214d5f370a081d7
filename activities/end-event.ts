import { receiversOf } from '../src/records/webhooks/webhook-receivers.ts';
import type { EventOptions } from '../src/domain/contract.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { ClassifierEventType, EndEvent } from '../src/domain/webhook-event.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { logAttemptFailure } from './activity-log.ts';

/** The result of an activity that stores an outcome. */
export interface StoredEnd {
  /** Absent when nobody subscribed to it. */
  readonly event?: EndEvent;
  /** Nothing was stored, because this id belongs to another job, which is finished. */
  readonly isOfAnotherJob?: true;
}

/** Finds whom to notify. Lets the run wait for the store; an endpoint that cannot be read must not cost a job. */
export async function toStoredEnd(
  store: ObjectStore,
  tenant: string,
  eventType: ClassifierEventType | undefined,
  events: EventOptions | undefined,
): Promise<StoredEnd> {
  if (!events || !eventType) return {};
  try {
    const endpointIds = await receiversOf(store, tenant, { eventType, ...events });
    return endpointIds.length === 0 ? {} : { event: { eventType, endpointIds } };
  } catch (error) {
    if (error instanceof ClassifierError) throw error;
    logAttemptFailure(error);
    return {};
  }
}
