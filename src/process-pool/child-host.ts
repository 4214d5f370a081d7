import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  childArguments,
  eventWindow,
  type GuardData,
  type MessageFromChild,
  type MessageToChild,
  noLimit,
  type ProcessorLimits,
  watched,
} from './child-protocol.ts';

/** Sends one event to the parent; resolves when the child may go on (see `eventWindow`). Await each before the next. */
export type Emit<Event> = (event: Event) => Promise<void>;

export type JobHandler<Job, Event, Result> = (job: Job, emit: Emit<Event>) => Promise<Result>;

/**
 * Makes this process a child of a `ChildPool`: call it once, at the end of the pool's `entry` module, when all is
 * imported. Jobs come one at a time. What `run` returns or emits must survive a structured clone. What it throws
 * reaches the caller as `ChildFailed` with reason `error`, so expected outcomes belong in the result.
 */
export function serveJobs<Job, Event, Result>(run: JobHandler<Job, Event, Result>): void {
  const guard = startGuard();
  let unhandled = 0;
  let wake = (): void => {};

  async function emitEvent(id: number, event: Event): Promise<void> {
    send({ type: 'event', id, event, processorMs: guard.processorMs() });
    unhandled++;
    if (unhandled >= eventWindow) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    guard.beginStep();
  }

  async function serve(id: number, job: Job, limits: ProcessorLimits): Promise<void> {
    guard.beginJob(limits);
    unhandled = 0;
    try {
      const result = await run(job, (event) => emitEvent(id, event));
      send({ type: 'done', id, result, residentBytes: process.memoryUsage.rss() });
    } catch (error) {
      send({ type: 'failed', id, message: describe(error), residentBytes: process.memoryUsage.rss() });
    } finally {
      guard.rest();
    }
  }

  process.on('message', (message: MessageToChild<Job>) => {
    if (message.type === 'job') void serve(message.id, message.job, message.limits);
    else {
      unhandled--;
      wake();
    }
  });
  process.on('disconnect', () => process.exit(0));
  outliveRequestsToStop();
  send({ type: 'ready' });
}

/**
 * Ctrl-C reaches every process of the terminal's group, and some supervisors signal all processes of a service. When a
 * child stops is the parent's to say: it lets running jobs end first, and a job whose child dies is taken for one that
 * killed it.
 */
function outliveRequestsToStop(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
}

function send(message: MessageFromChild): void {
  process.send?.(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Tells the guard what runs. */
interface Watch {
  beginJob(limits: ProcessorLimits): void;
  beginStep(): void;
  rest(): void;
  /** The job's processor time so far. */
  processorMs(): number;
}

function startGuard(): Watch {
  const { values } = parseArgs({
    options: {
      [childArguments.parentPid]: { type: 'string' },
      [childArguments.maxResidentBytes]: { type: 'string' },
    },
  });
  const places = Object.keys(watched).length;
  const watch = new Int32Array(new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT));
  const guardData: GuardData = {
    watch,
    parentPid: Number(values[childArguments.parentPid]),
    maxResidentBytes: Number(values[childArguments.maxResidentBytes]),
  };
  const guard = new Worker(new URL('child-guard.ts', import.meta.url), {
    workerData: guardData,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  // Without its guard a child could outgrow the machine: better none at all.
  guard.on('error', () => process.exit(1));
  guard.unref();
  let steps = 0;
  let jobs = 0;
  let atStart = process.cpuUsage();

  function setStep(step: number): void {
    Atomics.store(watch, watched.step, step);
    Atomics.notify(watch, watched.step);
  }

  return {
    beginJob({ maxProcessorMs = noLimit, maxStepProcessorMs = noLimit }) {
      atStart = process.cpuUsage();
      Atomics.store(watch, watched.job, ++jobs);
      Atomics.store(watch, watched.maxProcessorMs, Math.ceil(maxProcessorMs));
      Atomics.store(watch, watched.maxStepProcessorMs, Math.ceil(maxStepProcessorMs));
      setStep(++steps);
    },
    beginStep: () => setStep(++steps),
    rest: () => setStep(0),
    processorMs() {
      const { user, system } = process.cpuUsage(atStart);
      return (user + system) / 1000;
    },
  };
}
