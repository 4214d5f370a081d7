/** What the pool says to a child. `id` names the job, so that a late answer is never taken for another job's. */
export type MessageToChild<Job = unknown> =
  | { readonly type: 'job'; readonly id: number; readonly job: Job }
  /** An event was handled: the child may send another. */
  | { readonly type: 'handled'; readonly id: number };

/** What a child says to the pool. */
export type MessageFromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'event'; readonly id: number; readonly event?: unknown }
  | { readonly type: 'done'; readonly id: number; readonly result?: unknown; readonly residentBytes: number }
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly residentBytes: number };

/** How many events may be on their way or in the parent's hands before the child waits. Two: work and storing overlap. */
export const eventWindow = 2;

/** The signal by which a child's guard ends its own process for memory, so that the pool can tell why it ended. */
export const memorySignal = 'SIGUSR2';

/** As `memorySignal`, for processor time. */
export const processorSignal = 'SIGVTALRM';

/** Names of the arguments that a child is started with. */
export const childArguments = {
  parentPid: 'parent-pid',
  maxResidentBytes: 'max-resident-bytes',
  maxProcessorMs: 'max-processor-ms',
} as const;

/** What a child hands to its guard. `busy[0]` is the number of the job that runs, 0 while none does. */
export interface GuardData {
  readonly busy: Int32Array<SharedArrayBuffer>;
  readonly parentPid: number;
  readonly maxResidentBytes: number;
  /** For one job; `Infinity` where none is set. */
  readonly maxProcessorMs: number;
}
