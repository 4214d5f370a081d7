import { describe, expect, test } from 'vitest';
import { createSharedReads } from '../../../src/jobs/shared-reads.ts';

/** Reads that end when they are told to. */
function startReads() {
  const share = createSharedReads<number>();
  const begun: PromiseWithResolvers<number>[] = [];
  const read = (key = 'job') =>
    share(key, () => {
      const one = Promise.withResolvers<number>();
      begun.push(one);
      return one.promise;
    });
  return { begun, read };
}

describe('reads of one job that come at once', () => {
  test('are one that is running, and one more for all who came meanwhile', async () => {
    const { begun, read } = startReads();
    const reads = Array.from({ length: 1500 }, () => read());
    expect(begun).toHaveLength(1);

    begun[0]?.resolve(1);
    expect(await reads[0]).toBe(1);
    await Promise.resolve();
    expect(begun).toHaveLength(2);
    begun[1]?.resolve(2);

    expect(new Set(await Promise.all(reads.slice(1)))).toEqual(new Set([2]));
    expect(begun).toHaveLength(2);
  });

  test('never get what was read before they came: it may not know what they have just written', async () => {
    const { begun, read } = startReads();
    let written = 0;
    const first = read();
    written = 1;
    const second = read();

    begun[0]?.resolve(0);
    await first;
    begun[1]?.resolve(written);
    const third = read();
    written = 2;
    const fourth = read();
    expect(await second).toBe(1);
    await Promise.resolve();
    begun[2]?.resolve(written);

    expect(await Promise.all([third, fourth])).toEqual([2, 2]);
    expect(begun).toHaveLength(3);
  });

  test('fail each for themselves: one that failed is tried again by who came after it, and nobody after that', async () => {
    const { begun, read } = startReads();
    const [first, second] = [read(), read()];
    begun[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    begun[1]?.resolve(7);

    expect(await second).toBe(7);
    const later = read();
    begun[2]?.resolve(8);
    expect(await later).toBe(8);
  });

  test('wait for nobody that reads another job', async () => {
    const { begun, read } = startReads();
    const slow = read('slow');
    const other = read('other');
    begun[1]?.resolve(1);

    expect(await other).toBe(1);
    begun[0]?.resolve(0);
    await slow;
  });
});
