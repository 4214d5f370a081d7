import type { ClassifyDocumentInput } from './contract.ts';
import type { JobError } from './job.ts';

export const batchLimits = {
  maxRuns: 1000,
  /**
   * How many inputs lie in one object of the store and are prepared by one activity: each activity costs the server as
   * much as a small step of a run.
   */
  inputsPerChunk: 25,
} as const;

/**
 * What the workflow `classifyBatch` is started with; its workflow id is the batch id. The inputs stand in the store, in
 * chunks, and nothing of them in a history.
 */
export interface ClassifyBatchInput {
  readonly schemaVersion?: 1;
  readonly tenant: string;
  readonly runCount: number;
  /** How many runs may be under way at a time. */
  readonly concurrency: number;
  /** Temporal's, 1 (first) to 5. */
  readonly priorityKey: number;
  /** What all runs have in common; each adds its document. */
  readonly template: Omit<ClassifyDocumentInput, 'source'>;
  /** Whose configuration the template is: its runs are found by it. */
  readonly classifierId?: string;
  /** How many runs one execution may start before it continues as new; as many as Temporal thinks wise when absent. */
  readonly runsPerExecution?: number;
  /** What earlier executions of this batch have come to. */
  readonly carried?: BatchProgress;
}

/** How the runs of a batch ended. */
export interface BatchCounts {
  readonly processed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface BatchProgress {
  /** Index of the first run that was not started. */
  readonly next: number;
  readonly counts: BatchCounts;
}

export interface ClassifyBatchResult {
  readonly schemaVersion: 1;
  readonly runCount: number;
  readonly counts: BatchCounts;
}

/** `result.json` of a batch, which outlives Temporal's retention. */
export interface StoredBatchOutcome extends ClassifyBatchResult {
  readonly status: 'processed' | 'failed' | 'cancelled';
  readonly error?: JobError;
}

/** What one run adds to the template. */
export type PreparedRun = Pick<ClassifyDocumentInput, 'source'> & Partial<ClassifyDocumentInput>;

/**
 * The job id of a run, known from the batch and the place in it: whoever starts it twice meets the first one. `index`
 * counts from 0.
 */
export function jobIdOfBatch(batchId: string, index: number): string {
  return `${batchId}-${String(index + 1).padStart(4, '0')}`;
}

/** The batch that a job is a run of, by its id; undefined for the job of no batch. */
export function batchIdOfRun(jobId: string): string | undefined {
  return /^(bpr_.+)-\d{4,}$/.exec(jobId)?.[1];
}
