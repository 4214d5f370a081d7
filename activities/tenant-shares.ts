import { SlotGivenBack } from './slot-given-back.ts';

export interface TenantSharesOptions {
  /** How many attempts this worker has under way at a time. */
  readonly slots: number;
  /** Above 0, below 1: the part of the slots left by the other tenants that one tenant may hold. */
  readonly share: number;
}

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

interface Tenant {
  held: number;
  averageMs: number;
  /** When the last of those turned away comes back, in ms of the monotonic clock. */
  nextTurnAt: number;
}

/**
 * Keeps one tenant's slow sources, or dead receivers, from holding all of a worker's slots: no tenant gets more than its share of what the others
 * leave, so there is always a slot for one more tenant. Whoever comes beyond it gives the slot back at once and is told when to come again:
 * one after the other, at the pace at which the tenant's slots get free.
 */
export function createTenantShares({ slots, share }: TenantSharesOptions): TenantShares {
  const tenants = new Map<string, Tenant>();
  let heldByAll = 0;

  const tenantOf = (name: string): Tenant => {
    const known = tenants.get(name) ?? { held: 0, averageMs: 1000, nextTurnAt: 0 };
    tenants.set(name, known);
    return known;
  };
  const limitOf = ({ held }: Tenant): number => Math.max(1, Math.floor(share * (slots - (heldByAll - held))));

  function turnAway(tenant: Tenant, limit: number): SlotGivenBack {
    const now = performance.now();
    const spacingMs = Math.max(shortestSpacingMs, tenant.averageMs / limit);
    tenant.nextTurnAt = Math.min(Math.max(now, tenant.nextTurnAt) + spacingMs, now + longestPauseMs);
    return new SlotGivenBack('It waits for its turn: its tenant has its share of this work under way.', {
      afterMs: Math.ceil(tenant.nextTurnAt - now),
    });
  }

  return {
    async run(name, work) {
      const tenant = tenantOf(name);
      const limit = limitOf(tenant);
      if (tenant.held >= limit) throw turnAway(tenant, limit);
      tenant.held += 1;
      heldByAll += 1;
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        tenant.held -= 1;
        heldByAll -= 1;
        tenant.averageMs += newestWeight * (performance.now() - startedAt - tenant.averageMs);
        if (tenant.held === 0 && tenant.nextTurnAt <= performance.now()) tenants.delete(name);
      }
    },
  };
}
