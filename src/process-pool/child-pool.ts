import type { Logger } from 'pino';
import { cancelled } from '../domain/error-sentences.ts';
import { ChildFailed } from './child-failed.ts';
import { type Child, startChild } from './child-process.ts';
import { createWaitingLine } from './waiting-line.ts';
import { runJob } from './run-job.ts';

export interface ChildPoolOptions<Event, Result> {
  /** Stands in the log. */
  readonly name: string;
  /** The module that each child runs; its last act is `serveJobs` (child-host.ts). */
  readonly entry: URL;
  readonly processes: number;
  /** Resident memory that ends a child in mid job, looked at every 50 ms. */
  readonly maxResidentBytes: number;
  /** A child is replaced after a job that leaves it above this. */
  readonly recycleAboveBytes: number;
  /** A child is replaced after so many jobs; whatever leaks in native libraries leaks no further. Default 500. */
  readonly recycleAfterJobs?: number;
  /** All that a child's environment holds, beside the settings of its allocator. Default nothing. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** Checks what comes from a child, which reads hostile documents; what they throw ends the job. */
  parseEvent(value: unknown): Event;
  parseResult(value: unknown): Result;
}

export interface RunOptions<Event> {
  /** Ends the wait or kills the job's child. */
  readonly signal: AbortSignal;
  /**
   * Time by the clock that the child may work on the whole job; waiting for a free child or for `onEvent` does not
   * count.
   */
  readonly timeoutMs: number;
  /** Time by the clock that it may work until the next event or the result. Default `timeoutMs`. */
  readonly stepTimeoutMs?: number;
  /** Processor time of the whole job that ends its child. Default: no limit. */
  readonly maxProcessorMs?: number;
  /** Processor time until the next event or the result that ends it. Default: no limit. */
  readonly maxStepProcessorMs?: number;
  /**
   * How many children the job may have that end by themselves before it fails. A child may die of something else: the
   * system is out of memory, an operator ends it. Each new child begins the job anew. Default 1.
   */
  readonly maxCrashes?: number;
  /** Called in order and awaited; the child works on one event ahead, then waits. */
  onEvent?(event: Event): Promise<void>;
}

/**
 * A few child processes that take one job at a time each, for work that can hang, crash or eat the machine's memory:
 * such a child is killed and replaced, and only its job fails. Children die with this process, however it ends.
 */
export interface ChildPool<Job, Event, Result> extends AsyncDisposable {
  /**
   * Runs a job as soon as a child is free, first come, first served. Rejects with `ChildFailed`, with the error
   * `cancelled`, or with what `onEvent` threw.
   */
  run(job: Job, options: RunOptions<Event>): Promise<Result>;
  /**
   * Starts the children before the first job needs them; a child that fails to start is reported by the job that needs
   * it.
   */
  warmUp(): Promise<void>;
}

interface Slot {
  child: Child | undefined;
  /** The last child, until its process is gone: a successor beside it would double the memory. */
  leaving: Promise<unknown>;
  jobs: number;
}

/** Creates a pool. Children start with the first jobs, or with `warmUp`. */
export function createChildPool<Job, Event = never, Result = void>(
  options: ChildPoolOptions<Event, Result>,
): ChildPool<Job, Event, Result> {
  const { logger } = options;
  const slots = Array.from({ length: options.processes }, (): Slot => ({
    child: undefined,
    leaving: Promise.resolve(),
    jobs: 0,
  }));
  const line = createWaitingLine(slots);
  const disposal = new AbortController();

  async function readyChild(slot: Slot): Promise<Child> {
    await slot.leaving;
    disposal.signal.throwIfAborted();
    const child = slot.child ?? start(slot);
    try {
      await child.ready;
      return child;
    } catch (error) {
      retire(slot);
      throw error;
    }
  }

  function start(slot: Slot): Child {
    const child = startChild({ ...options, env: options.env ?? {} });
    slot.child = child;
    // An idle child may end, too (the system's out-of-memory killer): the next job starts another.
    void forgetWhenGone(slot, child);
    return child;
  }

  async function forgetWhenGone(slot: Slot, child: Child): Promise<void> {
    await child.exited;
    if (slot.child === child) slot.child = undefined;
  }

  function retire(slot: Slot): void {
    slot.child?.kill();
    if (slot.child) slot.leaving = slot.child.exited;
    slot.child = undefined;
    slot.jobs = 0;
  }

  /** The next job should not wait for a start; when this one fails, that job tries again and reports it. */
  function replace(slot: Slot): void {
    retire(slot);
    if (!disposal.signal.aborted) void readyChild(slot).catch(() => {});
  }

  async function runInSlot(slot: Slot, job: Job, run: RunOptions<Event>): Promise<Result> {
    const child = await readyChild(slot);
    slot.jobs++;
    try {
      const { result, residentBytes } = await runJob(child, job, {
        signal: AbortSignal.any([run.signal, disposal.signal]),
        timeoutMs: run.timeoutMs,
        stepTimeoutMs: run.stepTimeoutMs ?? run.timeoutMs,
        processor: { maxProcessorMs: run.maxProcessorMs, maxStepProcessorMs: run.maxStepProcessorMs },
        onEvent: async (event) => run.onEvent?.(options.parseEvent(event)),
      });
      if (residentBytes > options.recycleAboveBytes || slot.jobs >= (options.recycleAfterJobs ?? 500)) {
        logger.debug({ pool: options.name, residentBytes, jobs: slot.jobs }, 'child process recycled');
        replace(slot);
      }
      return options.parseResult(result);
    } catch (error) {
      if (error instanceof ChildFailed) {
        logger.warn({ pool: options.name, reason: error.reason, err: error }, 'job in child process failed');
      }
      if (!(error instanceof ChildFailed && error.reason === 'error')) replace(slot);
      throw error;
    }
  }

  return {
    async run(job, run) {
      const slot = await line.enter(AbortSignal.any([run.signal, disposal.signal]));
      try {
        for (let crashes = 1; ; crashes++) {
          try {
            return await runInSlot(slot, job, run);
          } catch (error) {
            if (!isCrash(error) || crashes >= (run.maxCrashes ?? 1)) throw error;
          }
        }
      } finally {
        line.leave(slot);
      }
    },
    async warmUp() {
      await Promise.allSettled(slots.map((slot) => readyChild(slot)));
    },
    async [Symbol.asyncDispose]() {
      disposal.abort(cancelled());
      for (const slot of slots) retire(slot);
      await Promise.all(slots.map((slot) => slot.leaving));
    },
  };
}

function isCrash(error: unknown): boolean {
  return error instanceof ChildFailed && error.reason === 'crash';
}
