import type { ErrorCode } from './errors.ts';
import type { JobStatus } from './job.ts';

/** Operations on all jobs that a filter finds. */
export const operationKinds = ['rerun', 'cancellation', 'deletion'] as const;
export type OperationKind = (typeof operationKinds)[number];

/** Selects jobs; all given conditions must hold. Without any it selects every job of the tenant. */
export interface JobFilter {
  readonly status?: JobStatus | undefined;
  readonly failureCode?: ErrorCode | undefined;
  readonly classification?: string | undefined;
  readonly confidenceBelow?: number | undefined;
  /** ISO 8601. */
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
  /** Of a batch, or of a bulk rerun. */
  readonly batchId?: string | undefined;
  readonly classifierId?: string | undefined;
}

/**
 * The input of the workflows `rerunJobs`, `cancelJobs` and `deleteJobs`, whose id is the operation's. The filter is in
 * the store, because the name of a class may quote anything.
 */
export interface OperateOnJobsInput {
  readonly schemaVersion?: 1;
  readonly tenant: string;
  readonly kind: OperationKind;
  /** Temporal's, 1 (first) to 5. */
  readonly priorityKey: number;
  /** Steps of one execution before it continues as new; Temporal decides when absent. */
  readonly stepsPerExecution?: number;
  /** Where an earlier execution of this operation ended. */
  readonly carried?: OperationPosition;
}

/** How jobs fared. */
export interface OperationCounts {
  /** Run again, cancelled or deleted. */
  readonly done: number;
  /** Nothing to do: gone, changed since it was found, or run again already. */
  readonly skipped: number;
  readonly failed: number;
}

/** Why jobs failed. */
export interface OperationErrors {
  readonly code: string;
  readonly count: number;
  /** One of them. */
  readonly jobId: string;
}

/** Why the operation skipped a job. */
export type SkipReason =
  /** The job is gone. */
  | 'gone'
  /** The job no longer matches the filter. */
  | 'changed'
  /** An equal rerun of it is under way or has its answer. */
  | 'rerun_already'
  /** It repeats a job that the filter finds too. */
  | 'same_document';

export interface OperationProgress {
  readonly counts: OperationCounts;
  /** Skipped jobs by reason; absent for operations of versions that did not record it. */
  readonly skippedBy?: Readonly<Record<string, number>> | undefined;
  readonly errors: readonly OperationErrors[];
}

export interface OperationPosition extends OperationProgress {
  /** The page that comes next; absent: the first. */
  readonly pageToken?: string;
}

/** `result.json` of an operation, which outlives Temporal's retention. */
export interface OperationOutcome extends OperationProgress {
  readonly schemaVersion: 1;
  readonly status: 'completed' | 'cancelled' | 'failed';
  readonly finishedAt: string;
}

export const noProgress: OperationProgress = { counts: { done: 0, skipped: 0, failed: 0 }, errors: [] };

/** Adds up two parts of one operation. */
export function addProgress(a: OperationProgress, b: OperationProgress): OperationProgress {
  const errors = new Map(a.errors.map((each) => [each.code, each]));
  for (const each of b.errors) {
    const { count = 0, jobId = each.jobId } = errors.get(each.code) ?? {};
    errors.set(each.code, { code: each.code, count: count + each.count, jobId });
  }
  return {
    counts: {
      done: a.counts.done + b.counts.done,
      skipped: a.counts.skipped + b.counts.skipped,
      failed: a.counts.failed + b.counts.failed,
    },
    errors: [...errors.values()],
    ...((a.skippedBy ?? b.skippedBy) && { skippedBy: addCounts(a.skippedBy, b.skippedBy) }),
  };
}

function addCounts(
  a: Readonly<Record<string, number>> = {},
  b: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** The memo key for an operation's progress: readable without a worker. */
export const progressMemo = 'progress';

/** The input of an activity that works on one page of jobs. */
export interface OperateOnPageInput {
  readonly tenant: string;
  readonly kind: OperationKind;
  readonly operationId: string;
  /** Absent: the first page. */
  readonly pageToken?: string;
  /** Whether the operation can wait for the operator; then it gets such a failure at once. */
  readonly canWait?: boolean;
}

/** The result for one page of jobs. */
export interface OperateOnPageResult extends OperationProgress {
  /** Of the next page; absent at the end. */
  readonly pageToken?: string;
  /** Nothing was done, because the operation has its maximum of jobs under way. */
  readonly mustWait?: boolean;
}
