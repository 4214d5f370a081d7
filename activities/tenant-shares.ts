import { LRUCache } from 'lru-cache';
import { createTenantSlots, type TenantSlotsOptions } from '../src/domain/tenant-slots.ts';
import { SlotGivenBack } from './slot-given-back.ts';

export interface TenantShares {
  /** Does the work, or throws SlotGivenBack where the tenant holds its share already. */
  run<T>(tenant: string, work: () => Promise<T>): Promise<T>;
}

/** For work that no caller can draw out. */
export const withoutShares: TenantShares = { run: (_tenant, work) => work() };

/** How often those that were turned away come back: no more often than this, however short the tenant's work is, and no more seldom. */
const shortestSpacingMs = 5;
const longestPauseMs = 120_000;
/** Of the running average of how long a tenant holds a slot, in which the last one weighs this much. */
const newestWeight = 0.2;
const rememberedTenants = 10_000;

interface Pace {
  averageMs: number;
  /** When the last of those turned away comes back, in ms of the monotonic clock. */
  nextTurnAt: number;
}

/**
 * Keeps one tenant's slow sources, or dead receivers, from holding all of a worker's slots. Whoever comes beyond the tenant's share gives the slot
 * back at once and is told when to come again: one after the other, at the pace at which the tenant's slots get free.
 */
export function createTenantShares(options: TenantSlotsOptions): TenantShares {
  const slots = createTenantSlots(options);
  const paces = new LRUCache<string, Pace>({ max: rememberedTenants });

  const paceOf = (tenant: string): Pace => {
    const pace = paces.get(tenant) ?? { averageMs: 1000, nextTurnAt: 0 };
    paces.set(tenant, pace);
    return pace;
  };

  function turnAway(tenant: string): SlotGivenBack {
    const pace = paceOf(tenant);
    const now = performance.now();
    const spacingMs = Math.max(shortestSpacingMs, pace.averageMs / slots.limitOf(tenant));
    pace.nextTurnAt = Math.min(Math.max(now, pace.nextTurnAt) + spacingMs, now + longestPauseMs);
    return new SlotGivenBack('It waits for its turn: its tenant has its share of this work under way.', {
      afterMs: Math.ceil(pace.nextTurnAt - now),
    });
  }

  return {
    async run(tenant, work) {
      const giveBack = slots.take(tenant);
      if (!giveBack) throw turnAway(tenant);
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        giveBack();
        const pace = paceOf(tenant);
        pace.averageMs += newestWeight * (performance.now() - startedAt - pace.averageMs);
      }
    },
  };
}
