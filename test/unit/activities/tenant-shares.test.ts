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

describe('the share of one host of a tenant', () => {
  function holdAt(shares: TenantShares, url: string, tenant = 'a') {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { done: shares.run(tenant, (call) => call(url, () => promise)), end: resolve };
  }

  async function letInAt(shares: TenantShares, url: string, tenant = 'a'): Promise<unknown> {
    return shares
      .run(tenant, (call) => call(url, async () => 'let in'))
      .catch((error: unknown) => (error instanceof SlotGivenBack ? 'turned away' : error));
  }

  test("is half of what the tenant's other hosts leave, whatever the path, and another tenant has its own there", async () => {
    const shares = createTenantShares({ slots: 16, share: 0.5 });
    const slow = ['http://slow/1', 'http://slow/2', 'http://SLOW/3', 'http://slow:80/4'];
    const held = slow.map((url) => holdAt(shares, url));

    expect(await letInAt(shares, 'http://slow/5')).toBe('turned away');
    expect(await letInAt(shares, 'http://honest/')).toBe('let in');
    expect(await letInAt(shares, 'http://slow:8080/')).toBe('let in');
    expect(await letInAt(shares, 'http://slow/1', 'b')).toBe('let in');

    for (const { end } of held) end();
    await Promise.all(held.map(({ done }) => done));
    expect(await letInAt(shares, 'http://slow/5')).toBe('let in');
  });

  test("leaves a slot of the tenant's to one host more, however many wait at a slow one", async () => {
    const shares = createTenantShares({ slots: 64, share: 0.5 });
    const held = Array.from({ length: 16 }, (_, index) => holdAt(shares, `http://slow/${index}`));
    const turnedAwayThere = await Promise.all(Array.from({ length: 94 }, () => letInAt(shares, 'http://slow/')));

    expect(new Set(turnedAwayThere)).toEqual(new Set(['turned away']));
    expect(await letInAt(shares, 'http://honest/')).toBe('let in');

    for (const { end } of held) end();
    await Promise.all(held.map(({ done }) => done));
  });

  test('leaves an address that is none to whoever refuses it', async () => {
    const shares = createTenantShares({ slots: 2, share: 0.5 });

    expect(await letInAt(shares, 'no address')).toBe('let in');
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
