import type { Retention } from '../domain/retention.ts';
import { jobsPrefix, tenantsPrefix } from '../records/keys.ts';
import type { LifecycleRule, ObjectStore } from '../storage/object-store.ts';
import { storedTenants } from './stored-jobs.ts';

/**
 * The sweep deletes expired jobs and knows which ones still run. A bucket rule knows only ages, so it acts this much
 * later: for the case that no worker sweeps any more.
 */
const graceDays = 30;

const jobRulePrefix = 'pigeonhole-jobs-';
const uploadRuleId = 'pigeonhole-uploads';
/** A bucket may have 1,000 rules, and ours are not the only ones. */
const maxJobRules = 900;

/**
 * Sets the bucket's lifecycle rules, where the store has any: for each tenant one that reaches its jobs and nothing
 * else, and one for uploads that were cut off. Resolves with whether the server takes the rules for jobs.
 */
export async function setLifecycleRules(
  store: ObjectStore,
  { jobDays, uploadDays }: Retention,
): Promise<'changed' | 'unchanged' | 'refused'> {
  const { lifecycle } = store;
  if (!lifecycle) return 'unchanged';
  const tenants = jobDays === undefined ? [] : await storedTenants(store);
  const ofJobs = tenants.slice(0, maxJobRules).map((tenant): LifecycleRule => ({
    id: `${jobRulePrefix}${tenant}`,
    prefix: jobsPrefix(tenant),
    expirationDays: Math.ceil(jobDays ?? 0) + graceDays,
  }));
  const ofUploads: readonly LifecycleRule[] =
    uploadDays === undefined
      ? []
      : [{ id: uploadRuleId, prefix: tenantsPrefix, abortUploadDays: Math.max(Math.ceil(uploadDays), 1) }];
  const outcome = await lifecycle.replaceRules(jobRulePrefix, ofJobs);
  // MinIO refuses this one: it removes such uploads after a day by itself.
  await lifecycle.replaceRules(uploadRuleId, ofUploads);
  return outcome;
}
