import { z } from 'zod';
import { ClassifierError } from '../domain/errors.ts';
import { readJson, updateJson } from '../records/json-documents.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

export interface TenantQuota {
  readonly tenant: string;
  /** Documents in a calendar month (UTC). */
  readonly documents: number;
}

/** Documents of the month, taken before their jobs start. */
export interface QuotaShare {
  readonly remaining: number;
  /** For a request that came to nothing, or that was an earlier one again; gives what remains then. */
  giveBack(): Promise<number>;
  /** The job has started: the document counts, whatever others who hold it give back. */
  keep(): Promise<void>;
}

/**
 * What each tenant may submit in a month, counted in the store, so that all processes count together. Both calls throw
 * `quota_exceeded` when nothing is left, unless the job is there already: an idempotent request may always be repeated.
 */
export interface Quotas {
  /** Looks, before a document is received for nothing. */
  check(tenant: string, jobId: string): Promise<void>;
  /** Counts the document, or all of a batch together; undefined for a tenant without a quota. */
  take(tenant: string, jobId: string, documents?: number): Promise<QuotaShare | undefined>;
  /** One document for all requests with one `Idempotency-Key`, which may come at once: it counts once, and none is refused for another's. */
  takeShared(tenant: string, jobId: string): Promise<QuotaShare | undefined>;
}

const usageSchema = z.object({
  documents: z.number().int().min(0),
  /** How many requests hold the document of a job that none of them has started yet. */
  holders: z.record(z.string(), z.number().int().min(1)).optional(),
});
type Usage = z.infer<typeof usageSchema>;
const parseUsage = (value: unknown) => usageSchema.parse(value);
/** Every submission of a tenant writes one small document; the store settles who is first. */
const maxAttempts = 100;

export function createQuotas(store: ObjectStore, tenants: readonly TenantQuota[]): Quotas {
  const limits = new Map(tenants.map(({ tenant, documents }) => [tenant, documents]));

  async function change(key: string, limit: number, update: (usage: Usage) => Usage): Promise<number> {
    const { value } = await updateJson(store, key, parseUsage, (usage) => update(usage ?? { documents: 0 }), {
      maxAttempts,
    });
    return Math.max(limit - value.documents, 0);
  }

  async function unlessThere(tenant: string, jobId: string, error: unknown): Promise<void> {
    if (!(error instanceof ClassifierError) || error.code !== 'quota_exceeded') throw error;
    if (!(await store.head(jobKeys(tenant, jobId).request))) throw error;
  }

  return {
    async check(tenant, jobId) {
      const limit = limits.get(tenant);
      if (limit === undefined) return;
      const usage = (await readJson(store, usageKey(tenant), parseUsage))?.value ?? { documents: 0 };
      if (usage.documents < limit || holdersOf(usage, jobId) > 0) return;
      await unlessThere(tenant, jobId, quotaExceeded(usage.documents, limit));
    },
    async take(tenant, jobId, documents = 1) {
      const limit = limits.get(tenant);
      if (limit === undefined) return undefined;
      const key = usageKey(tenant);
      try {
        const remaining = await change(key, limit, (usage) => count(usage, documents, limit));
        return { ...spent, remaining, giveBack: () => change(key, limit, (usage) => count(usage, -documents, limit)) };
      } catch (error) {
        await unlessThere(tenant, jobId, error);
        return spent;
      }
    },
    async takeShared(tenant, jobId) {
      const limit = limits.get(tenant);
      if (limit === undefined) return undefined;
      const key = usageKey(tenant);
      try {
        return {
          remaining: await change(key, limit, (usage) => hold(usage, jobId, limit)),
          giveBack: () => change(key, limit, (usage) => letGo(usage, jobId, limit)),
          keep: async () => void (await change(key, limit, (usage) => withHolders(usage, jobId, 0))),
        };
      } catch (error) {
        await unlessThere(tenant, jobId, error);
        return spent;
      }
    },
  };
}

/** Of a job that was there before the quota was used up. */
const spent: QuotaShare = { remaining: 0, giveBack: async () => 0, keep: async () => undefined };

function count(usage: Usage, by: number, limit: number): Usage {
  if (by > 0 && usage.documents + by > limit) throw quotaExceeded(usage.documents, limit);
  return { ...usage, documents: Math.max(usage.documents + by, 0) };
}

function holdersOf({ holders = {} }: Usage, jobId: string): number {
  return Object.hasOwn(holders, jobId) ? (holders[jobId] ?? 0) : 0;
}

function withHolders({ documents, holders = {} }: Usage, jobId: string, number: number): Usage {
  const { [jobId]: _own, ...others } = holders;
  return { documents, holders: number > 0 ? { ...others, [jobId]: number } : others };
}

/** The first to hold a job's document counts it. */
function hold(usage: Usage, jobId: string, limit: number): Usage {
  const holders = holdersOf(usage, jobId);
  return withHolders(holders > 0 ? usage : count(usage, 1, limit), jobId, holders + 1);
}

/** The last to let go of a document that nobody kept gives it back. */
function letGo(usage: Usage, jobId: string, limit: number): Usage {
  const holders = holdersOf(usage, jobId);
  if (holders === 0) return usage;
  return withHolders(holders > 1 ? usage : count(usage, -1, limit), jobId, holders - 1);
}

function usageKey(tenant: string): string {
  return `tenants/${tenant}/usage/${new Date().toISOString().slice(0, 7)}.json`;
}

function quotaExceeded(current: number, limit: number): ClassifierError {
  return new ClassifierError('quota_exceeded', 'Insufficient quota', { quota: { current, limit } });
}
