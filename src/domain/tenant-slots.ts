export interface TenantSlotsOptions {
  readonly slots: number;
  /** Above 0, below 1: the part of the free slots that one tenant may hold. */
  readonly share: number;
}

/**
 * Slots of one process. No tenant gets more than its share of what the others leave, so there is always one for a new
 * tenant.
 */
export interface TenantSlots {
  /** Takes a slot and returns a function that gives it back; undefined if the tenant holds its share. */
  take(tenant: string): (() => void) | undefined;
  /** How many the tenant may hold now. */
  limitOf(tenant: string): number;
}

export function createTenantSlots({ slots, share }: TenantSlotsOptions): TenantSlots {
  return createSlots(() => slots, share);
}

/** Shares a tenant's slots among its hosts. */
export function createHostSlots(tenants: TenantSlots, tenant: string, share: number): TenantSlots {
  return createSlots(() => tenants.limitOf(tenant), share);
}

function createSlots(slots: () => number, share: number): TenantSlots {
  const held = new Map<string, number>();
  let heldByAll = 0;

  const limitOf = (tenant: string): number =>
    Math.max(1, Math.floor(share * (slots() - (heldByAll - (held.get(tenant) ?? 0)))));

  function change(tenant: string, by: 1 | -1): void {
    heldByAll += by;
    const count = (held.get(tenant) ?? 0) + by;
    if (count === 0) held.delete(tenant);
    else held.set(tenant, count);
  }

  return {
    limitOf,
    take(tenant) {
      if ((held.get(tenant) ?? 0) >= limitOf(tenant)) return undefined;
      change(tenant, 1);
      return () => change(tenant, -1);
    },
  };
}
