import { describe, expect, test } from 'vitest';
import { SlotGivenBack } from '../../../activities/slot-given-back.ts';
import { createTenantShares, type TenantShares } from '../../../activities/tenant-shares.ts';

/** Begins work that lasts until `end` is called. */
function hold(shares: TenantShares, tenant: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { done: shares.run(tenant, () => promise), end: resolve };
}

async function turnedAway(shares: TenantShares, tenant: string): Promise<SlotGivenBack> {
  const error: unknown = await shares.run(tenant, async () => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof SlotGivenBack) return error;
  throw new Error('it was let in');
}

describe('the share of a tenant', () => {
  test('is half of what the others leave, so that one slot is always left for somebody new', async () => {
    const shares = createTenantShares({ slots: 8, share: 0.5 });
    const held = ['a', 'a', 'a', 'a', 'b', 'b', 'c'].map((tenant) => hold(shares, tenant));

    for (const tenant of ['a', 'b', 'c']) await turnedAway(shares, tenant);
    expect(await shares.run('d', async () => 'let in')).toBe('let in');

    for (const { end } of held) end();
    await Promise.all(held.map(({ done }) => done));
  });

  test('is never held all by one tenant, however few the slots are', async () => {
    for (const slots of [2, 3, 5, 64]) {
      for (const share of [0.01, 0.5, 0.99]) {
        const shares = createTenantShares({ slots, share });
        let letIn = 0;
        for (let index = 0; index < slots; index++) {
          void shares.run('a', () => new Promise(() => (letIn += 1))).catch(() => undefined);
        }
        await Promise.resolve();
        expect(letIn).toBeGreaterThanOrEqual(1);
        expect(letIn).toBeLessThan(slots);
      }
    }
  });

  test('is free again when the work ends, also by an error', async () => {
    const shares = createTenantShares({ slots: 2, share: 0.5 });

    await expect(shares.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');

    expect(await shares.run('a', async () => 'let in')).toBe('let in');
  });
});

describe('those who are turned away', () => {
  test('come back one after the other, and within two minutes', async () => {
    const shares = createTenantShares({ slots: 2, share: 0.5 });
    const { end, done } = hold(shares, 'a');

    const pauses: number[] = [];
    for (let index = 0; index < 500; index++) pauses.push((await turnedAway(shares, 'a')).afterMs);

    expect(pauses.slice(0, 50)).toEqual(pauses.slice(0, 50).toSorted((a, b) => a - b));
    expect(new Set(pauses.slice(0, 50)).size).toBe(50);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(120_000);
    end();
    await done;
  });
});
