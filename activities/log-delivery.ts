import type { DeliverWebhookInput } from '../src/domain/webhook.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';
import { eventDeliveryLog } from './event-delivery.ts';
import { jobDeliveryLog } from './job-delivery.ts';
import { runStep } from './run-step.ts';

export type LogDeliveryInput = DeliverWebhookInput & {
  readonly attempt: AttemptOutcome;
};

/** Writes the line of an attempt whose own could not be written, for as long as it takes the store to be back. */
export function createLogDelivery({ store }: { readonly store: ObjectStore }) {
  return async function logDelivery(input: LogDeliveryInput): Promise<void> {
    return runStep(async () => {
      const { tenant } = input;
      const log =
        'event' in input
          ? eventDeliveryLog(store, { tenant, endpointId: input.endpointId, event: input.event })
          : jobDeliveryLog(store, input);
      if (await log.isStillThere()) await log.log(input.attempt);
    });
  };
}
