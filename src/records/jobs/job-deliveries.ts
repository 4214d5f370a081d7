import type { DeliveryAttempt } from '../../domain/webhook.ts';
import { readJson, updateJson } from '../json-documents.ts';
import { jobKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { attemptsSchema, withAttempt, type AttemptOutcome } from '../webhooks/delivery-attempts.ts';

/** Reads the attempts so far, oldest first. They are in the store, because they must outlive Temporal's retention. */
export async function readDeliveries(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<readonly DeliveryAttempt[]> {
  return (await readJson(store, jobKeys(tenant, jobId).deliveries, parse))?.value ?? [];
}

export async function logDelivery(
  store: ObjectStore,
  { tenant, jobId }: { readonly tenant: string; readonly jobId: string },
  outcome: AttemptOutcome,
): Promise<void> {
  await updateJson(store, jobKeys(tenant, jobId).deliveries, parse, (log = []) => withAttempt(log, outcome));
}

function parse(value: unknown): DeliveryAttempt[] {
  return attemptsSchema.parse(value);
}
