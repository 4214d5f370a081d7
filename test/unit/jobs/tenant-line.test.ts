import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTenantLine } from '../../../src/jobs/tenant-line.ts';

afterEach(() => void vi.useRealTimers());

/** Work that ends when it is told to, and what began in which order. */
function startLine(slots: number) {
  const inTurn = createTenantLine({ slots, share: 0.5 });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (tenant: string, name: string) =>
    inTurn(tenant, () => {
      begun.push(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.push(resolve);
      return promise;
    });
  return { begun, ends, ask };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("the line before a tenant's questions to Temporal", () => {
  test('lets 1,500 of one tenant in a few at a time, in order, and another tenant at once', async () => {
    const { begun, ends, ask } = startLine(32);
    const names = Array.from({ length: 1500 }, (_, index) => String(index));
    const all = names.map((name) => ask('a', name));
    await settle();
    expect(begun).toHaveLength(16);

    const other = ask('b', 'of another');
    await settle();
    expect(begun.at(-1)).toBe('of another');

    for (let next = 0; next < 1501; next++) {
      ends[next]?.();
      await settle();
      expect(begun.length - next - 1).toBeLessThanOrEqual(17);
    }
    await Promise.all([...all, other]);
    expect(begun.filter((name) => name !== 'of another')).toEqual(names);
  });

  test('moves on when a question fails', async () => {
    const inTurn = createTenantLine({ slots: 2, share: 0.5 });
    const failing = inTurn('a', () => Promise.reject(new Error('broken')));
    const next = inTurn('a', async () => 'asked');

    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('asked');
  });

  test('ends after 10 s for who has had no turn, with the outage that holds it up, and moves on without them', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { begun, ends, ask } = startLine(2);
    const first = ask('a', 'first');
    const late = ask('a', 'late').catch((error: unknown) => error);
    vi.advanceTimersByTime(10_000);
    expect(await late).toMatchObject({ code: 'temporal_unavailable' });
    const next = ask('a', 'next');

    ends[0]?.();
    await first;
    await settle();
    ends[1]?.();
    await next;

    expect(begun).toEqual(['first', 'next']);
  });
});
