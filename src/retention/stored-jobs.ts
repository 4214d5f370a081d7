import { tenantPattern } from '../domain/job.ts';
import { compareKeys } from '../storage/object-key.ts';
import { readJobId } from '../records/jobs/job-id.ts';
import { jobsPrefix, parseJobKey, tenantsPrefix, type JobKey } from '../records/keys.ts';
import type { ListedObject, ObjectStore } from '../storage/object-store.ts';

/** The objects of one job. */
export interface StoredJob {
  readonly jobId: string;
  readonly prefix: string;
  /** When its result was written; undefined when it has none. */
  readonly finishedAt?: Date;
  /** When anything of it was written last. */
  readonly changedAt: Date;
  /** Whether there is what was asked for: the API writes it first, and a deletion takes it last. */
  readonly hasRequest: boolean;
  /** Its last object, after which the listing continues. */
  readonly lastKey: string;
}

/** The tenants in the store, sorted by name. */
export async function storedTenants(store: ObjectStore): Promise<string[]> {
  const tenants = await Array.fromAsync(store.folders(tenantsPrefix));
  return tenants.filter((tenant) => tenantPattern.test(tenant)).toSorted(compareKeys);
}

/**
 * The jobs of a tenant, in the order in which the store lists them: a request for each 1,000 objects, none for each
 * job.
 */
export async function* storedJobs(
  store: ObjectStore,
  tenant: string,
  after: string | undefined,
): AsyncGenerator<StoredJob> {
  let current: ListedJob | undefined;
  for await (const object of store.list(jobsPrefix(tenant), after === undefined ? {} : { after })) {
    const job = parseJobKey(object.key);
    if (!job) continue;
    if (current && current.prefix !== job.prefix) {
      yield* named(store, current);
      current = undefined;
    }
    current = withObject(current, object, job);
  }
  if (current) yield* named(store, current);
}

type ListedJob = Omit<StoredJob, 'jobId'> & Pick<JobKey, 'jobId'>;

/** Yields nothing if the id is unknown: the key holds a hash, and the writer was killed before it stored the id. */
async function* named(store: ObjectStore, { jobId: known, ...job }: ListedJob): AsyncGenerator<StoredJob> {
  const jobId = known ?? (await readJobId(store, job.prefix));
  if (jobId !== undefined) yield { ...job, jobId };
}

function withObject(
  present: ListedJob | undefined,
  { key, modifiedAt }: ListedObject,
  { jobId, prefix, name }: JobKey,
): ListedJob {
  const finishedAt = name === 'result.json' ? modifiedAt : present?.finishedAt;
  const changedAt = present && present.changedAt > modifiedAt ? present.changedAt : modifiedAt;
  const hasRequest = present?.hasRequest === true || name === 'request.json';
  return { jobId, prefix, changedAt, hasRequest, lastKey: key, ...(finishedAt && { finishedAt }) };
}
