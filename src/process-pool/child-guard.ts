/**
 * A thread that watches its own process. It ends the process when memory or processor time exceed their limits, or when
 * the parent is gone and the main thread is too busy to notice (a parent killed by SIGKILL leaves no orphan). From
 * inside, resident memory and processor time read alike on every platform, and no pause of the parent delays it.
 */
import { workerData } from 'node:worker_threads';
import { type GuardData, memorySignal, processorSignal, stepProcessorSignal, watched } from './child-protocol.ts';

const { watch, parentPid, maxResidentBytes }: GuardData = workerData;

/** A process allocates at most 1 to 2 GB a second, so that this bounds the overshoot to about 100 MB. */
const busyIntervalMs = 50;
const idleIntervalMs = 1000;

let step = 0;
let job = 0;
let usedBeforeStep = 0;
let usedBeforeJob = 0;

for (;;) {
  const running = Atomics.load(watch, watched.step);
  const isBusy = running !== 0;
  if (isBusy && running !== step) beginStep();
  step = running;
  // Wakes at once when the step changes, else after the interval.
  Atomics.wait(watch, watched.step, running, isBusy ? busyIntervalMs : idleIntervalMs);
  if (process.ppid !== parentPid) end('SIGKILL');
  if (!isBusy) continue;
  if (process.memoryUsage.rss() > maxResidentBytes) end(memorySignal);
  const usedMs = processorMs();
  // What ended meanwhile was in time.
  if (running !== Atomics.load(watch, watched.step)) continue;
  if (usedMs - usedBeforeJob > Atomics.load(watch, watched.maxProcessorMs)) end(processorSignal);
  if (usedMs - usedBeforeStep > Atomics.load(watch, watched.maxStepProcessorMs)) end(stepProcessorSignal);
}

function beginStep(): void {
  usedBeforeStep = processorMs();
  const running = Atomics.load(watch, watched.job);
  if (running !== job) usedBeforeJob = usedBeforeStep;
  job = running;
}

function end(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
