/**
 * The thread that watches its own process: ends it when it outgrows its memory, or when the parent is gone and the
 * main thread too busy to hear of it (a parent killed by SIGKILL leaves no orphan). Seen from inside, resident
 * memory reads alike on every platform, and no pause of the parent delays it.
 */
import { workerData } from 'node:worker_threads';
import { type GuardData, memorySignal } from './child-protocol.ts';

const { busy, parentPid, maxResidentBytes }: GuardData = workerData;

/** A process allocates at most 1 to 2 GB a second, so that this bounds the overshoot to about 100 MB. */
const busyIntervalMs = 50;
const idleIntervalMs = 1000;

for (;;) {
  const isBusy = Atomics.load(busy, 0) === 1;
  // Wakes at once when the flag changes, else after the interval.
  Atomics.wait(busy, 0, isBusy ? 1 : 0, isBusy ? busyIntervalMs : idleIntervalMs);
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  if (isBusy && process.memoryUsage.rss() > maxResidentBytes) process.kill(process.pid, memorySignal);
}
