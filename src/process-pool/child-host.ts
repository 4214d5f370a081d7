import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  childArguments,
  eventWindow,
  type GuardData,
  type MessageFromChild,
  type MessageToChild,
} from './child-protocol.ts';

/** Sends one event to the parent; resolves when the child may go on (see `eventWindow`). Await each before the next. */
export type Emit<Event> = (event: Event) => Promise<void>;

export type JobHandler<Job, Event, Result> = (job: Job, emit: Emit<Event>) => Promise<Result>;

/**
 * Makes this process a child of a `ChildPool`: call it once, at the end of the pool's `entry` module, when all is
 * imported. Jobs come one at a time. What `run` returns or emits must survive a structured clone. What it throws
 * reaches the caller as `ChildFailed` with reason `error`, so expected outcomes belong into the result.
 */
export function serveJobs<Job, Event, Result>(run: JobHandler<Job, Event, Result>): void {
  const setBusy = startGuard();
  let unhandled = 0;
  let wake = (): void => {};

  async function emitEvent(id: number, event: Event): Promise<void> {
    send({ type: 'event', id, event });
    unhandled++;
    if (unhandled < eventWindow) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    await promise;
  }

  async function serve(id: number, job: Job): Promise<void> {
    setBusy(true);
    unhandled = 0;
    try {
      const result = await run(job, (event) => emitEvent(id, event));
      send({ type: 'done', id, result, residentBytes: process.memoryUsage.rss() });
    } catch (error) {
      send({ type: 'failed', id, message: describe(error), residentBytes: process.memoryUsage.rss() });
    } finally {
      setBusy(false);
    }
  }

  process.on('message', (message: MessageToChild<Job>) => {
    if (message.type === 'job') void serve(message.id, message.job);
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
 * Ctrl-C reaches every process of the terminal's group, and some supervisors signal all processes of a service. When a child stops is
 * the parent's to say: it lets running jobs end first, and a job whose child dies is taken for one that killed it.
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

/** Returns the switch that tells the guard whether a job runs. */
function startGuard(): (busy: boolean) => void {
  const { values } = parseArgs({
    options: {
      [childArguments.parentPid]: { type: 'string' },
      [childArguments.maxResidentBytes]: { type: 'string' },
      [childArguments.maxProcessorMs]: { type: 'string' },
    },
  });
  const busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const guardData: GuardData = {
    busy,
    parentPid: Number(values[childArguments.parentPid]),
    maxResidentBytes: Number(values[childArguments.maxResidentBytes]),
    maxProcessorMs: Number(values[childArguments.maxProcessorMs]),
  };
  const guard = new Worker(new URL('child-guard.ts', import.meta.url), {
    workerData: guardData,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  // Without its guard a child could outgrow the machine: better none at all.
  guard.on('error', () => process.exit(1));
  guard.unref();
  let jobs = 0;
  return (isBusy) => {
    Atomics.store(busy, 0, isBusy ? ++jobs : 0);
    Atomics.notify(busy, 0);
  };
}
