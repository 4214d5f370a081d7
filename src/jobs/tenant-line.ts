import { temporalUnavailable } from '../domain/error-sentences.ts';
import { createTenantSlots, type TenantSlotsOptions } from '../domain/tenant-slots.ts';

/**
 * Runs the work in turn. Throws `temporal_unavailable` if that takes more than 10 s: then those before it get no
 * answers.
 */
export type TenantLine = <T>(tenant: string, work: () => Promise<T>) => Promise<T>;

const patienceMs = 10_000;

type Enter = (giveBack: () => void) => void;

/**
 * Slots with one queue per tenant: a call beyond the tenant's share waits in order, and never behind another tenant.
 */
export function createTenantLine(options: TenantSlotsOptions): TenantLine {
  const slots = createTenantSlots(options);
  const lines = new Map<string, Set<Enter>>();

  function admitAll(): void {
    for (const [tenant, line] of lines) {
      for (const enter of line) {
        const giveBack = slots.take(tenant);
        if (!giveBack) break;
        leaveLine(tenant, line, enter);
        enter(giveBack);
      }
    }
  }

  function leaveLine(tenant: string, line: Set<Enter>, enter: Enter): void {
    line.delete(enter);
    if (line.size === 0) lines.delete(tenant);
  }

  async function waitInLine(tenant: string): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const line = lines.get(tenant) ?? new Set();
    lines.set(tenant, line.add(resolve));
    const timer = setTimeout(() => {
      leaveLine(tenant, line, resolve);
      reject(temporalUnavailable(new Error(`no turn to ask Temporal within ${patienceMs} ms`)));
    }, patienceMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  return async function inTurn(tenant, work) {
    const giveBack = (lines.has(tenant) ? undefined : slots.take(tenant)) ?? (await waitInLine(tenant));
    try {
      return await work();
    } finally {
      giveBack();
      admitAll();
    }
  };
}
