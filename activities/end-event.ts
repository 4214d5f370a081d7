import { receiversOf } from '../src/records/webhooks/webhook-receivers.ts';
import type { EventOptions } from '../src/domain/contract.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { ClassifierEventType, EndEvent } from '../src/domain/webhook-event.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { logAttemptFailure } from './activity-log.ts';

/** What an activity that stores an end answers. */
export interface StoredEnd {
  /** Absent when nobody wants to hear of it. */
  readonly event?: EndEvent;
  /** Nothing was stored: the run's id is that of another job, which is finished. */
  readonly isOfAnotherJob?: true;
}

/** Whom an end is to be told. The store may be waited for; an endpoint that cannot be read must not cost a job. */
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
