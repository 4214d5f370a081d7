import { describe, expect, test } from 'vitest';
import { retryDelayMs } from '../../../src/domain/webhook.ts';

function schedule(random: number): number[] {
  return Array.from({ length: 20 }, (_, index) => retryDelayMs(index, random)).filter((delay) => delay !== undefined);
}

describe('the schedule of retries', () => {
  test('begins after seconds and lasts about a day', () => {
    const delays = schedule(0);

    expect(delays.slice(0, 3)).toEqual([5000, 300_000, 1_800_000]);
    expect(delays.reduce((sum, delay) => sum + delay, 0) / 3_600_000).toBeCloseTo(27.58, 1);
  });

  test('is spread by up to a fifth, never shortened', () => {
    const [least, most] = [schedule(0), schedule(1)];

    expect(most).toEqual(least.map((delay) => delay * 1.2));
  });
});
