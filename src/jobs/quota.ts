import type { Client } from '@temporalio/client';
import { ClassifierError } from '../domain/errors.ts';
import { readJson, updateJson } from '../records/json-documents.ts';
import { jobKeys, batchKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import {
  count,
  hold,
  isHeld,
  keep,
  leaveOpen,
  release,
  markUnsettled,
  noUsage,
  parseUsage,
  quotaExceeded,
  settle,
  unsettledOf,
  type UnsettledCount,
  type Usage,
} from './quota-usage.ts';
import { describeExecution } from '../temporal/executions.ts';

export interface TenantQuota {
  readonly tenant: string;
  /** Documents in a calendar month (UTC). */
  readonly documents: number;
  /** The id of a job that does not count. */
  readonly unmeteredJob?: string;
}

/** Documents of the month, counted before their jobs start. */
export interface QuotaShare {
  readonly remaining: number;
  /** Uncounts the documents of a refused or repeated request; returns the rest of the quota. */
  giveBack(): Promise<number>;
  /** Marks that nobody knows whether the job was started: the document counts until that is settled. */
  leaveOpen(): Promise<void>;
  /** Marks the job as started: the document counts, whatever other holders give back. */
  keep(): Promise<void>;
}

/**
 * Counts each tenant's documents of a month in the store, so that all processes count together. All calls throw
 * `quota_exceeded` when nothing is left, except with the id of an existing job: an idempotent request may always be
 * repeated.
 */
export interface Quotas {
  /** Checks before a document is uploaded in vain. First settles what an outage left open. */
  check(tenant: string, jobId: string): Promise<void>;
  /** Counts the document of a new job, or all of a new batch together; undefined without a quota. */
  take(tenant: string, id: string, documents?: number): Promise<QuotaShare | undefined>;
  /**
   * Counts one document for all requests with one `Idempotency-Key`. They may come at once, and none is refused because
   * of another.
   */
  takeShared(tenant: string, jobId: string): Promise<QuotaShare | undefined>;
  /** How many documents are left; undefined without a quota. */
  remaining(tenant: string): Promise<number | undefined>;
}

/** Whether a job or a batch was started; throws when that cannot be told now. */
export type IsStarted = (tenant: string, id: string) => Promise<boolean>;

/** Every submission of a tenant writes one small object; the store decides who is first. */
const maxAttempts = 100;
/** An abandoned start may still reach Temporal some seconds later. */
const lateStartMs = 60_000;
/** An outage may leave thousands; a request settles all of them only if it would be refused otherwise. */
const settledAtOnce = 25;

export function createQuotas(store: ObjectStore, tenants: readonly TenantQuota[], isStarted: IsStarted): Quotas {
  const quotas = new Map(tenants.map((quota) => [quota.tenant, quota]));
  const limitOf = (tenant: string, id: string): number | undefined => {
    const quota = quotas.get(tenant);
    return quota?.unmeteredJob === id ? undefined : quota?.documents;
  };

  async function change(key: string, limit: number, update: (usage: Usage) => Usage): Promise<number> {
    const { value } = await updateJson(store, key, parseUsage, (usage) => update(usage ?? noUsage), { maxAttempts });
    return Math.max(limit - value.documents, 0);
  }

  async function readUsage(key: string): Promise<Usage> {
    return (await readJson(store, key, parseUsage))?.value ?? noUsage;
  }

  /** Counts. Before refusing, settles what an outage left open. */
  async function takeWith(tenant: string, limit: number, update: (usage: Usage) => Usage): Promise<number> {
    const key = usageKey(tenant);
    try {
      return await change(key, limit, update);
    } catch (error) {
      if (!isQuotaExceeded(error) || !(await settleAll(tenant, key, limit, await readUsage(key)))) throw error;
      return change(key, limit, update);
    }
  }

  /** Resolves with whether anything was settled. A lasting outage leaves all as it is. */
  async function settleAll(tenant: string, key: string, limit: number, usage: Usage): Promise<boolean> {
    const open = unsettledOf(usage);
    const isFull = usage.documents >= limit;
    const known: { readonly counted: UnsettledCount; readonly isThere: boolean }[] = [];
    for (const counted of isFull ? open : open.slice(0, settledAtOnce)) {
      const isThere = await isStarted(tenant, counted.id).catch(() => undefined);
      if (isThere === undefined) break;
      if (isThere || Date.now() - Date.parse(counted.since) > lateStartMs) known.push({ counted, isThere });
    }
    if (known.length === 0) return false;
    await change(key, limit, (present) =>
      known.reduce((settled, { counted, isThere }) => settle(settled, counted, isThere, limit), present),
    );
    return true;
  }

  async function unlessThere(tenant: string, jobId: string, error: unknown): Promise<void> {
    if (!isQuotaExceeded(error)) throw error;
    if (!(await store.head(jobKeys(tenant, jobId).request))) throw error;
  }

  return {
    async check(tenant, jobId) {
      const limit = limitOf(tenant, jobId);
      if (limit === undefined) return;
      const key = usageKey(tenant);
      let usage = await readUsage(key);
      if (await settleAll(tenant, key, limit, usage)) usage = await readUsage(key);
      if (usage.documents < limit || isHeld(usage, jobId)) return;
      await unlessThere(tenant, jobId, quotaExceeded(usage, limit));
    },
    async take(tenant, id, documents = 1) {
      const limit = limitOf(tenant, id);
      if (limit === undefined || documents === 0) return undefined;
      const key = usageKey(tenant);
      const remaining = await takeWith(tenant, limit, (usage) => count(usage, documents, limit));
      return {
        remaining,
        giveBack: () => change(key, limit, (usage) => count(usage, -documents, limit)),
        leaveOpen: async () =>
          void (await change(key, limit, (usage) => markUnsettled(usage, { id, documents, since: now() }))),
        keep: async () => undefined,
      };
    },
    async takeShared(tenant, jobId) {
      const limit = limitOf(tenant, jobId);
      if (limit === undefined) return undefined;
      const key = usageKey(tenant);
      try {
        return {
          remaining: await takeWith(tenant, limit, (usage) => hold(usage, jobId, limit)),
          giveBack: () => change(key, limit, (usage) => release(usage, jobId, limit)),
          leaveOpen: async () => void (await change(key, limit, (usage) => leaveOpen(usage, jobId, now()))),
          keep: async () => void (await change(key, limit, (usage) => keep(usage, jobId))),
        };
      } catch (error) {
        await unlessThere(tenant, jobId, error);
        return spent;
      }
    },
    async remaining(tenant) {
      const limit = quotas.get(tenant)?.documents;
      return limit === undefined ? undefined : Math.max(limit - (await readUsage(usageKey(tenant))).documents, 0);
    },
  };
}

/** The share of a job that existed before the quota was used up. */
const spent: QuotaShare = {
  remaining: 0,
  giveBack: async () => 0,
  leaveOpen: async () => undefined,
  keep: async () => undefined,
};

function isQuotaExceeded(error: unknown): boolean {
  return error instanceof ClassifierError && error.code === 'quota_exceeded';
}

function now(): string {
  return new Date().toISOString();
}

function usageKey(tenant: string): string {
  return `tenants/${tenant}/usage/${now().slice(0, 7)}.json`;
}

/** Creates a check of whether a job or batch was started: Temporal knows it, or its result remains. */
export function createIsStarted(client: Client, store: ObjectStore): IsStarted {
  return async (tenant, id) => {
    if (await describeExecution(client, id)) return true;
    const results = [jobKeys(tenant, id).result, batchKeys(tenant, id).result];
    return (await Promise.all(results.map((key) => store.head(key)))).some((found) => found !== undefined);
  };
}
