import { cancelled } from '../domain/error-sentences.ts';
import { ChildFailed, type ChildFailure } from './child-failed.ts';
import type { Child } from './child-process.ts';
import { eventWindow, type MessageFromChild, type ProcessorLimits } from './child-protocol.ts';
import { createWorkClock } from './work-clock.ts';

export interface JobOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly stepTimeoutMs: number;
  readonly processor: ProcessorLimits;
  onEvent(event: unknown): Promise<void>;
}

export interface JobOutcome {
  readonly result: unknown;
  /** Resident memory of the child after the job. */
  readonly residentBytes: number;
}

let lastId = 0;

/**
 * Runs one job in a child that is ready. Rejects with `ChildFailed`, with `cancelled` when the signal aborts, or with
 * what `onEvent` threw. Except after reason `error`, a rejection means that the child is dead or dying.
 */
export async function runJob(child: Child, job: unknown, options: JobOptions): Promise<JobOutcome> {
  const id = ++lastId;
  const outcome = Promise.withResolvers<JobOutcome>();
  const clock = createWorkClock(options, (reason, limitMs) => {
    child.kill();
    failed(reason, `job exceeded its ${reason} of ${limitMs} ms`);
  });
  let unhandled = 0;
  /** Until the last event. */
  let usedMs = 0;
  let workedBefore = 0;
  let handling: Promise<void> = Promise.resolve();

  /** Events that arrived before are still handled: the caller knows how far the job came. */
  function failed(reason: ChildFailure, message: string): void {
    const workedMs = clock.workedMs();
    clock.stop();
    const processorMs = usedMs + usedSince(reason, workedMs - workedBefore, options.processor);
    handling.then(() => outcome.reject(new ChildFailed(reason, message, { workedMs, processorMs })), fail);
  }

  function fail(error: unknown): void {
    child.kill();
    outcome.reject(error);
  }

  async function handle(event: unknown): Promise<void> {
    await options.onEvent(event);
    if (unhandled === eventWindow) clock.start();
    unhandled--;
    child.send({ type: 'handled', id });
  }

  function receive(message: MessageFromChild): void {
    if (message.type === 'ready' || message.id !== id) return;
    clock.stop();
    if (message.type === 'event') {
      unhandled++;
      usedMs = message.processorMs;
      workedBefore = clock.workedMs();
      // The child waits for us from here on: that time is not its own.
      if (unhandled < eventWindow) clock.start();
      handling = handling.then(() => handle(message.event));
      handling.catch(fail);
    } else if (message.type === 'done') {
      const { result, residentBytes } = message;
      handling.then(() => outcome.resolve({ result, residentBytes }), fail);
    } else {
      failed('error', message.message);
    }
  }

  const abort = (): void => fail(cancelled());
  options.signal.addEventListener('abort', abort, { once: true });
  child.listen(receive);
  void child.exited.then((exit) => failed(exit.reason, `child ended: ${exit.message}`));
  if (options.signal.aborted) abort();
  clock.start();
  child.send({ type: 'job', id, job, limits: options.processor });
  try {
    return await outcome.promise;
  } finally {
    clock.stop();
    child.listen(undefined);
    options.signal.removeEventListener('abort', abort);
  }
}

/**
 * Processor time that a job is charged with since its last event, which a child that is gone cannot tell. That one was
 * stopped or killed from outside is no fault of the job.
 */
function usedSince(reason: ChildFailure, workedMs: number, limits: ProcessorLimits): number {
  if (reason === 'crash' || reason === 'timeout' || reason === 'step-timeout') return 0;
  return Math.min(workedMs, limits.maxStepProcessorMs ?? Infinity);
}
