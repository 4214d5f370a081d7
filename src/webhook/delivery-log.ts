import { z } from 'zod';
import type { DeliveryAttempt } from '../domain/webhook.ts';
import { readJson, updateJson } from '../storage/json-documents.ts';
import { jobKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

const logSchema = z.array(
  z.object({
    attempt: z.number(),
    at: z.string(),
    status: z.number().nullable(),
    ok: z.boolean(),
    error: z.string().nullable(),
    durationMs: z.number(),
    nextAttemptAt: z.string().exactOptional(),
  }),
);

/** Older attempts are dropped: who asks for a thousand shall not fill the store. */
const maxAttempts = 200;

/** What was tried so far, oldest first. In the store, because it must outlive Temporal's retention. */
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
  outcome: Omit<DeliveryAttempt, 'attempt'>,
): Promise<void> {
  await updateJson(store, jobKeys(tenant, jobId).deliveries, parse, (log = []) =>
    [...log, { attempt: (log.at(-1)?.attempt ?? 0) + 1, ...outcome }].slice(-maxAttempts),
  );
}

function parse(value: unknown): DeliveryAttempt[] {
  return logSchema.parse(value);
}
