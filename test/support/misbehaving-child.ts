/** A child of a pool that does as it is told, also the worst. */
import { appendFile, readFile } from 'node:fs/promises';
import { serveJobs } from '../../src/process-pool/child-host.ts';
import { eventWindow } from '../../src/process-pool/child-protocol.ts';

export type Order =
  | { readonly do: 'echo'; readonly value: string }
  | { readonly do: 'events'; readonly count: number }
  | { readonly do: 'event-then-hang' }
  | { readonly do: 'event-then-echo'; readonly value: string }
  | { readonly do: 'hang' }
  /** Uses no processor meanwhile. */
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'work-between-events'; readonly count: number; readonly processorMs: number }
  | { readonly do: 'eat-memory' }
  | { readonly do: 'eat-heap' }
  | { readonly do: 'exit' }
  /** Ends so many children, which it counts in a file, then answers. */
  | { readonly do: 'exit-times'; readonly times: number; readonly countPath: string }
  | { readonly do: 'throw' }
  | { readonly do: 'facts' };

serveJobs<Order, unknown, unknown>(async (order, emit) => {
  switch (order.do) {
    case 'echo':
      return order.value;
    case 'events':
      for (let index = 0; index < order.count; index++) await emit({ index, sent: performance.now() });
      return order.count;
    case 'event-then-hang':
      await emit({ pid: process.pid });
      return forever(() => {});
    // The second event goes out when the parent has handled the first.
    case 'event-then-echo':
      for (let index = 0; index < eventWindow; index++) await emit({ pid: process.pid });
      return order.value;
    case 'hang':
      return forever(() => {});
    case 'wait':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
    case 'work-between-events':
      for (let index = 0; index < order.count; index++) {
        const before = process.cpuUsage();
        let used = 0;
        while (used < order.processorMs * 1000) {
          const { user, system } = process.cpuUsage(before);
          used = user + system;
        }
        await emit({ index });
      }
      return order.count;
    case 'eat-memory': {
      const kept: Uint8Array[] = [];
      return forever(() => kept.push(new Uint8Array(20_000_000).fill(1)));
    }
    case 'eat-heap': {
      const kept: object[] = [];
      return forever(() => kept.push({ kept: kept.length }));
    }
    case 'exit':
      return process.exit(7);
    case 'exit-times': {
      await appendFile(order.countPath, 'x');
      const { length } = await readFile(order.countPath);
      return length > order.times ? length : process.exit(7);
    }
    case 'throw':
      throw new Error('told to throw');
    case 'facts':
      return { pid: process.pid, env: { ...process.env }, execArgv: process.execArgv };
    default:
      throw new Error('unknown order');
  }
});

function forever(act: () => unknown): never {
  for (;;) act();
}
