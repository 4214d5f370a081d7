import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type ChildPool, type ChildPoolOptions, createChildPool } from '../../src/process-pool/child-pool.ts';
import type { Order } from './misbehaving-child.ts';

const entry = new URL('misbehaving-child.ts', import.meta.url);

/** A pool of one child that does as it is told; gone with the test. */
export function poolOf(options: Partial<ChildPoolOptions<unknown, unknown>> = {}): ChildPool<Order, unknown, unknown> {
  const pool = createChildPool<Order, unknown, unknown>({
    name: 'test',
    entry,
    processes: 1,
    maxResidentBytes: 400_000_000,
    recycleAboveBytes: 1e12,
    logger: pino({ level: 'silent' }),
    parseEvent: (value) => value,
    parseResult: (value) => value,
    ...options,
  });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

export const echo = { do: 'echo', value: 'alive' } as const;
export const patient = { signal: new AbortController().signal, timeoutMs: 60_000 };
