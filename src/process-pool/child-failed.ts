/**
 * Why a job in a child gave no result:
 * - `timeout`: the whole job took longer than `timeoutMs`
 * - `step-timeout`: no event and no result for `stepTimeoutMs`
 * - `processor-time`: the job used more than `maxProcessorMs`
 * - `memory`: the child outgrew `maxResidentBytes`
 * - `crash`: the child ended by itself (a native library, the system's out-of-memory killer)
 * - `error`: the job threw; the child lives on
 * - `start`: the child did not come up
 */
export type ChildFailure = 'timeout' | 'step-timeout' | 'processor-time' | 'memory' | 'crash' | 'error' | 'start';

/**
 * So many children may die of one job. What takes too long or too much memory would do so again, and fails at once; a
 * child that ended by itself may have died of something else (docs/decisions/0014-what-is-poison.md).
 */
export const maxCrashes = 3;

/** A job gave no result. `message` and `cause` are for the operator; the caller's sentence is the pool user's to write. */
export class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
  readonly reason: ChildFailure;
  /** Time that the child had worked on the job; what a caller may subtract from its own limit. */
  readonly workedMs: number;

  constructor(reason: ChildFailure, message: string, workedMs = 0) {
    super(message);
    this.reason = reason;
    this.workedMs = workedMs;
  }
}
