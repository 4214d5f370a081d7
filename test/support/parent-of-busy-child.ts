/** Runs a job that never yields in a child, and prints the child's process id. */
import { pino } from 'pino';
import { createChildPool } from '../../src/process-pool/child-pool.ts';
import type { Order } from './misbehaving-child.ts';

const pool = createChildPool<Order, unknown, unknown>({
  name: 'orphan',
  entry: new URL('misbehaving-child.ts', import.meta.url),
  processes: 1,
  maxResidentBytes: 400_000_000,
  recycleAboveBytes: 1e12,
  logger: pino({ level: 'silent' }),
  parseEvent: (value) => value,
  parseResult: (value) => value,
});

await pool.run(
  { do: 'event-then-hang' },
  {
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    onEvent: async (event) => {
      process.stdout.write(`${JSON.stringify(event)}\n`);
    },
  },
);
