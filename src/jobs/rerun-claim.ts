import { z } from 'zod';
import { readJson, updateJson } from '../records/json-documents.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Which job repeats another one: that one's `rerun.json`. */
export type RerunClaim = z.infer<typeof claimSchema>;

const claimSchema = z.object({
  /** The job that repeats it. */
  jobId: z.string(),
  claimedAt: z.string(),
  /** Of what was to be different; another question is another repetition. */
  fingerprint: z.string(),
  /** The bulk operation that it belongs to. */
  operationId: z.string().optional(),
});
const parse = (value: unknown) => claimSchema.parse(value);

/** Many may want to repeat one job at a time. */
const maxAttempts = 50;

/**
 * Makes a job the repetition of another one, unless that one has a repetition which stands: then gives that. Of any number of callers at once one
 * gets its own.
 */
export async function claimRerun(
  store: ObjectStore,
  { tenant, jobId }: { readonly tenant: string; readonly jobId: string },
  own: RerunClaim,
  stands: (present: RerunClaim) => Promise<boolean>,
): Promise<RerunClaim> {
  const key = jobKeys(tenant, jobId).rerun;
  const { value } = await updateJson(
    store,
    key,
    parse,
    async (present) => (present && (await stands(present)) ? present : own),
    { maxAttempts },
  );
  return value;
}

/** Undefined for a job that was never repeated. */
export async function readRerunClaim(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<RerunClaim | undefined> {
  return (await readJson(store, jobKeys(tenant, jobId).rerun, parse))?.value;
}
