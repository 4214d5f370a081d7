/** Messages from the pool to a child. `id` names the job, so that a late answer never counts for another job. */
export type MessageToChild<Job = unknown> =
  | { readonly type: 'job'; readonly id: number; readonly job: Job; readonly limits: ProcessorLimits }
  /** An event was handled: the child may send another. */
  | { readonly type: 'handled'; readonly id: number };

/** Messages from a child to the pool. */
export type MessageFromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'event'; readonly id: number; readonly event?: unknown; readonly processorMs: number }
  | { readonly type: 'done'; readonly id: number; readonly result?: unknown; readonly residentBytes: number }
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly residentBytes: number };

/** Processor time, of all threads of the child together, in whole milliseconds; absent where there is no limit. */
export interface ProcessorLimits {
  readonly maxProcessorMs?: number | undefined;
  readonly maxStepProcessorMs?: number | undefined;
}

/**
 * How many events may be on their way or in the parent's hands before the child waits. Two: work and storing overlap.
 */
export const eventWindow = 2;

/** The signal by which a child's guard ends its own process for memory, so that the pool can tell why it ended. */
export const memorySignal = 'SIGUSR2';

/** As `memorySignal`, for the processor time of a job. */
export const processorSignal = 'SIGVTALRM';

/** As `memorySignal`, for the processor time since the last event of a job. */
export const stepProcessorSignal = 'SIGALRM';

/** Names of the arguments that a child is started with. */
export const childArguments = {
  parentPid: 'parent-pid',
  maxResidentBytes: 'max-resident-bytes',
} as const;

/** What a child gives its guard. */
export interface GuardData {
  /** At `watched.step` and its neighbours. */
  readonly watch: Int32Array<SharedArrayBuffer>;
  readonly parentPid: number;
  readonly maxResidentBytes: number;
}

/** Places in `GuardData.watch`. */
export const watched = {
  /** The number of the step that runs, 0 while none does; set after the others, and the guard is woken by it. */
  step: 0,
  /** The number of the job that runs. */
  job: 1,
  /** Its limits in milliseconds; `noLimit` where there is none. */
  maxProcessorMs: 2,
  maxStepProcessorMs: 3,
} as const;

export const noLimit = 2 ** 31 - 1;
