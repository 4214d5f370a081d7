import type { DeliverWebhookInput } from '../src/domain/webhook.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';
import { eventDeliveryLog } from './event-delivery.ts';
import { jobDeliveryLog } from './job-delivery.ts';
import { runStep, waitingForStore, type StoreDependencies } from './run-step.ts';

export type LogDeliveryInput = DeliverWebhookInput & {
  readonly attempt: AttemptOutcome;
  /** Whether the run can wait for the operator; then it gets such a failure at once. */
  readonly canWait?: boolean;
};

/** Writes the log line of an attempt that could not write its own. Retries until the store is back. */
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
