/**
 * Why a job in a child gave no result:
 * - `timeout`: the whole job took longer than `timeoutMs` by the clock
 * - `step-timeout`: no event and no result for `stepTimeoutMs` by the clock
 * - `processor-time`: the job used more than `maxProcessorMs`
 * - `step-processor-time`: it used more than `maxStepProcessorMs` since its last event
 * - `memory`: the child outgrew `maxResidentBytes`
 * - `crash`: the child ended by itself (a native library, the system's out-of-memory killer)
 * - `error`: the job threw; the child lives on
 * - `start`: the child did not come up
 */
export type ChildFailure =
  | 'timeout'
  | 'step-timeout'
  | 'processor-time'
  | 'step-processor-time'
  | 'memory'
  | 'crash'
  | 'error'
  | 'start';

/**
 * So many children may die of one job. What takes too long or too much memory would do so again, and fails at once; a
 * child that ended by itself may have died of something else (docs/decisions/0014-what-is-poison.md).
 */
export const maxCrashes = 3;

/**
 * A job gave no result. `message` and `cause` are for the operator; the caller's sentence is the pool user's to write.
 */
export class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
  readonly reason: ChildFailure;
  /** Time that the child had worked on the job by the clock. */
  readonly workedMs: number;
  /** Processor time that the job itself is charged with; what a caller may subtract from its own limit. */
  readonly processorMs: number;

  constructor(reason: ChildFailure, message: string, { workedMs = 0, processorMs = 0 } = {}) {
    super(message);
    this.reason = reason;
    this.workedMs = workedMs;
    this.processorMs = processorMs;
  }
}

/** The content itself is no reason: the child waited for the processor, or was stopped. */
export function isOfMachine(error: unknown): boolean {
  return error instanceof ChildFailed && (error.reason === 'timeout' || error.reason === 'step-timeout');
}

/** A few tries of so long fit into the ten and fifteen minutes that judging a page and drawing a document may take. */
const longestPatienceMs = 200_000;

/**
 * How long a child may take by the clock for what may take so much processor time, in milliseconds: ten times that, at
 * most 200 s.
 */
export function wallClockLimitMs(processorMs: number): number {
  return Math.max(processorMs, Math.min(longestPatienceMs, 10 * processorMs));
}
