import type { DeliverWebhookInput } from '../src/domain/webhook.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';
import { eventDeliveryLog } from './event-delivery.ts';
import { jobDeliveryLog } from './job-delivery.ts';
import { runStep, waitingForStore, type StoreDependencies } from './run-step.ts';

export type LogDeliveryInput = DeliverWebhookInput & {
  readonly attempt: AttemptOutcome;
  /** The run knows how to wait for what only the operator can mend, and is told at once. */
  readonly canWait?: boolean;
};

/** Writes the line of an attempt whose own could not be written, for as long as it takes the store to be back. */
export function createLogDelivery(dependencies: StoreDependencies) {
  const { store } = dependencies;
  return async function logDelivery(input: LogDeliveryInput): Promise<void> {
    return runStep(
      async () => {
        const { tenant } = input;
        const log =
          'event' in input
            ? eventDeliveryLog(store, { tenant, endpointId: input.endpointId, event: input.event })
            : jobDeliveryLog(store, input);
        if (await log.isStillThere()) await log.log(input.attempt);
      },
      waitingForStore(input, dependencies),
    );
  };
}
