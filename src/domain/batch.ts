import type { ClassifyDocumentInput } from './contract.ts';
import type { JobError } from './job.ts';

export const batchLimits = {
  maxRuns: 1000,
  /**
   * Inputs per object in the store, which one activity prepares: each activity costs the server as much as a small step
   * of a run.
   */
  inputsPerChunk: 25,
} as const;

/**
 * The input of the workflow `classifyBatch`, whose id is the batch id. The batch's inputs are in the store, in chunks;
 * no history holds any of them.
 */
export interface ClassifyBatchInput {
  readonly schemaVersion?: 1;
  readonly tenant: string;
  readonly runCount: number;
  /** How many runs may be under way at a time. */
  readonly concurrency: number;
  /** Temporal's, 1 (first) to 5. */
  readonly priorityKey: number;
  /** The common part of all runs; each adds its document. */
  readonly template: Omit<ClassifyDocumentInput, 'source'>;
  /** The classifier of the template, by which its runs can be found. */
  readonly classifierId?: string;
  /** Runs of one execution before it continues as new; Temporal decides when absent. */
  readonly runsPerExecution?: number;
  /** The progress of earlier executions of this batch. */
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

/** The job id of a run, derived from the batch and the index (from 0): starting it twice meets the first one. */
export function jobIdOfBatch(batchId: string, index: number): string {
  return `${batchId}-${String(index + 1).padStart(4, '0')}`;
}

/** The batch of a job, by its id; undefined for a job of no batch. */
export function batchIdOfRun(jobId: string): string | undefined {
  return /^(bpr_.+)-\d{4,}$/.exec(jobId)?.[1];
}
