import { z } from 'zod';
import { ClassifierError } from '../domain/errors.ts';
import { readJson, updateJson } from '../storage/json-documents.ts';
import { jobKeys } from '../storage/keys.ts';
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
}

const usageSchema = z.object({ documents: z.number().int().min(0) });
const parseUsage = (value: unknown) => usageSchema.parse(value);
/** Every submission of a tenant writes one small document; the store settles who is first. */
const maxAttempts = 100;

export function createQuotas(store: ObjectStore, tenants: readonly TenantQuota[]): Quotas {
  const limits = new Map(tenants.map(({ tenant, documents }) => [tenant, documents]));

  async function change(key: string, limit: number, by: number): Promise<number> {
    const { value } = await updateJson(
      store,
      key,
      parseUsage,
      (usage) => {
        const current = usage?.documents ?? 0;
        if (by > 0 && current + by > limit) throw quotaExceeded(current, limit);
        return { documents: Math.max(current + by, 0) };
      },
      { maxAttempts },
    );
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
      const current = (await readJson(store, usageKey(tenant), parseUsage))?.value.documents ?? 0;
      if (current >= limit) await unlessThere(tenant, jobId, quotaExceeded(current, limit));
    },
    async take(tenant, jobId, documents = 1) {
      const limit = limits.get(tenant);
      if (limit === undefined) return undefined;
      const key = usageKey(tenant);
      try {
        const remaining = await change(key, limit, documents);
        return { remaining, giveBack: () => change(key, limit, -documents) };
      } catch (error) {
        await unlessThere(tenant, jobId, error);
        return { remaining: 0, giveBack: async () => 0 };
      }
    },
  };
}

function usageKey(tenant: string): string {
  return `tenants/${tenant}/usage/${new Date().toISOString().slice(0, 7)}.json`;
}

function quotaExceeded(current: number, limit: number): ClassifierError {
  return new ClassifierError('quota_exceeded', 'Insufficient quota', { quota: { current, limit } });
}
