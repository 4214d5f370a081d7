/**
 * The thread that watches its own process: ends it when it outgrows its memory or its processor time, or when the parent is gone and the
 * main thread too busy to hear of it (a parent killed by SIGKILL leaves no orphan). Seen from inside, resident
 * memory and processor time read alike on every platform, and no pause of the parent delays it.
 */
import { workerData } from 'node:worker_threads';
import { type GuardData, memorySignal, processorSignal } from './child-protocol.ts';

const { busy, parentPid, maxResidentBytes, maxProcessorMs }: GuardData = workerData;

/** A process allocates at most 1 to 2 GB a second, so that this bounds the overshoot to about 100 MB. */
const busyIntervalMs = 50;
const idleIntervalMs = 1000;

let job = 0;
let usedBefore = 0;

for (;;) {
  const running = Atomics.load(busy, 0);
  const isBusy = running !== 0;
  if (isBusy && running !== job) usedBefore = processorMs();
  job = running;
  // Wakes at once when the flag changes, else after the interval.
  Atomics.wait(busy, 0, running, isBusy ? busyIntervalMs : idleIntervalMs);
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  if (isBusy && process.memoryUsage.rss() > maxResidentBytes) process.kill(process.pid, memorySignal);
  if (isBusy && running === Atomics.load(busy, 0) && processorMs() - usedBefore > maxProcessorMs)
    process.kill(process.pid, processorSignal);
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
