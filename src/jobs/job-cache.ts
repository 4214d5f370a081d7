import { LRUCache } from 'lru-cache';
import { ClassifierError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import { reviewVersion } from '../records/jobs/job-review.ts';
import { tombstoneVersion } from '../records/jobs/tombstones.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** What the store said of a job's deletions and of its review before the job was read: it changes with each of them. */
export type JobVersion = string;

/** Finished jobs that are read often. */
export interface JobCache {
  /** Undefined where the job is not known, and where it was deleted or reviewed since, whichever process did it. */
  get(tenant: string, jobId: string): Promise<Job | undefined>;
  /** Asked before the job is read that is to be kept. */
  versionOf(tenant: string, jobId: string): Promise<JobVersion>;
  keep(tenant: string, job: Job, version: JobVersion): void;
}

/**
 * While the store is away nobody deletes a job through this process, and another one's deletion is missed for no longer
 * than this.
 */
const cacheMs = 60_000;
/**
 * Of the job, of the response text (http/unsiloed/routes.ts), and of V8's overhead: a character takes at most two
 * bytes in each.
 */
const bytesPerCharacter = 4;

/**
 * Makes a cache that is bounded by what its jobs take in memory: the result of 1,000 pages takes a thousand times that
 * of one.
 */
export function createJobCache(store: ObjectStore, maxBytes: number): JobCache {
  const kept = new LRUCache<string, { readonly job: Job; readonly version: JobVersion }>({
    maxSize: maxBytes,
    sizeCalculation: ({ job }) => bytesPerCharacter * JSON.stringify(job).length,
    ttl: cacheMs,
  });

  async function versionOf(tenant: string, jobId: string): Promise<JobVersion> {
    const etags = [tombstoneVersion(store, tenant, jobId), reviewVersion(store, tenant, jobId)];
    return (await Promise.all(etags)).join('/');
  }

  return {
    versionOf,
    async get(tenant, jobId) {
      const key = keyOf(tenant, jobId);
      const known = kept.get(key);
      if (!known) return undefined;
      const version = await versionOf(tenant, jobId).catch(ifAway(known.version));
      if (version === known.version) return known.job;
      kept.delete(key);
      return undefined;
    },
    keep: (tenant, job, version) => void kept.set(keyOf(tenant, job.jobId), { job, version }),
  };
}

function keyOf(tenant: string, jobId: string): string {
  return `${tenant}/${jobId}`;
}

/** A store that is away has nothing new to say. */
function ifAway(version: JobVersion): (error: unknown) => JobVersion {
  return (error) => {
    if (error instanceof ClassifierError && error.code === 'storage_unavailable') return version;
    throw error;
  };
}
