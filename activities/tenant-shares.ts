import { LRUCache } from 'lru-cache';
import {
  createHostSlots,
  createTenantSlots,
  type TenantSlots,
  type TenantSlotsOptions,
} from '../src/domain/tenant-slots.ts';
import { SlotGivenBack } from './slot-given-back.ts';

export interface TenantShares {
  /**
   * Runs the work, or throws SlotGivenBack if the tenant already holds its share. The work makes its requests through
   * `call`, which throws it if the host already has its part of the tenant's share.
   */
  run<T>(tenant: string, work: (call: CallHost) => Promise<T>): Promise<T>;
}

/** If `url` cannot be parsed, the called code refuses it. */
export type CallHost = <T>(url: string, work: () => Promise<T>) => Promise<T>;

/** For work whose length no caller can influence. */
export const withoutShares: TenantShares = { run: (_tenant, work) => work((_url, call) => call()) };

/** Bounds for the pace at which refused attempts return, however long the tenant's work takes. */
const shortestSpacingMs = 5;
const longestPauseMs = 120_000;
/** The weight of the newest value in the running average of how long a tenant holds a slot. */
const newestWeight = 0.2;
const remembered = 10_000;

interface Pace {
  averageMs: number;
  /** When the last refused attempt returns, in ms of the monotonic clock. */
  nextTurnAt: number;
}

/**
 * Keeps one tenant's slow sources or dead receivers from taking all slots of a worker, and one host of a tenant from
 * taking all of the tenant's. Each gets the same share of what the others leave. An attempt beyond its share gives its
 * slot back at once and returns at the pace at which slots get free.
 */
export function createTenantShares(options: TenantSlotsOptions): TenantShares {
  const tenants = createTenantSlots(options);
  const hosts = new LRUCache<string, TenantSlots>({ max: remembered });
  const paces = new LRUCache<string, Pace>({ max: remembered });

  function hostsOf(tenant: string): TenantSlots {
    const known = hosts.get(tenant) ?? createHostSlots(tenants, tenant, options.share);
    hosts.set(tenant, known);
    return known;
  }

  function paceOf(holder: string): Pace {
    const pace = paces.get(holder) ?? { averageMs: 1000, nextTurnAt: 0 };
    paces.set(holder, pace);
    return pace;
  }

  function turnAway(holder: string, limit: number, sentence: string): SlotGivenBack {
    const pace = paceOf(holder);
    const now = performance.now();
    const spacingMs = Math.max(shortestSpacingMs, pace.averageMs / limit);
    pace.nextTurnAt = Math.min(Math.max(now, pace.nextTurnAt) + spacingMs, now + longestPauseMs);
    return new SlotGivenBack(sentence, { afterMs: Math.min(Math.ceil(pace.nextTurnAt - now), longestPauseMs) });
  }

  /** An attempt that a host's share refused did no work, so its time does not count. */
  async function timed<T>(holder: string, giveBack: () => void, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let isTurnedAway = false;
    try {
      return await work();
    } catch (error) {
      isTurnedAway = error instanceof SlotGivenBack;
      throw error;
    } finally {
      giveBack();
      const pace = paceOf(holder);
      if (!isTurnedAway) pace.averageMs += newestWeight * (performance.now() - startedAt - pace.averageMs);
    }
  }

  async function callHost<T>(tenant: string, url: string, work: () => Promise<T>): Promise<T> {
    const host = URL.parse(url)?.host;
    if (host === undefined) return work();
    const slots = hostsOf(tenant);
    const holder = `${tenant} ${host}`;
    const giveBack = slots.take(host);
    if (!giveBack) throw turnAway(holder, slots.limitOf(host), hostIsFull);
    return timed(holder, giveBack, work);
  }

  return {
    async run(tenant, work) {
      const giveBack = tenants.take(tenant);
      if (!giveBack) throw turnAway(tenant, tenants.limitOf(tenant), tenantIsFull);
      return timed(tenant, giveBack, () => work((url, call) => callHost(tenant, url, call)));
    },
  };
}

const tenantIsFull = 'It waits for its turn: its tenant has its share of this work under way.';
const hostIsFull = "It waits for its turn: this host has its share of the tenant's work under way.";
