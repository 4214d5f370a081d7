import type { ErrorCode } from './errors.ts';
import type { JobStatus } from './job.ts';

/** What can be done with all jobs that a filter finds. */
export const operationKinds = ['rerun', 'cancellation', 'deletion'] as const;
export type OperationKind = (typeof operationKinds)[number];

/** Which jobs are meant; all that is given must hold. Without anything it is every job of the tenant. */
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
 * What the workflows `rerunJobs`, `cancelJobs` and `deleteJobs` are started with; the workflow id is that of the
 * operation. The filter stands in the store: the name of a class may quote anything.
 */
export interface OperateOnJobsInput {
  readonly schemaVersion?: 1;
  readonly tenant: string;
  readonly kind: OperationKind;
  /** Temporal's, 1 (first) to 5. */
  readonly priorityKey: number;
  /** How many steps one execution may take before it continues as new; as many as Temporal thinks wise when absent. */
  readonly stepsPerExecution?: number;
  /** Where an earlier execution of this operation ended. */
  readonly carried?: OperationPosition;
}

/** How jobs fared. */
export interface OperationCounts {
  /** Run again, cancelled or deleted. */
  readonly done: number;
  /** Nothing was to be done: gone, changed since they were found, or run again already. */
  readonly skipped: number;
  readonly failed: number;
}

/** Why jobs could not be worked on. */
export interface OperationErrors {
  readonly code: string;
  readonly count: number;
  /** One of them. */
  readonly jobId: string;
}

/** Why a job was left alone. */
export type SkipReason =
  /** It is not there any more. */
  | 'gone'
  /** The filter does not find it as it is now. */
  | 'changed'
  /** An equal rerun of it is under way or has its answer. */
  | 'rerun_already'
  /** It repeats a job that the filter finds too. */
  | 'same_document';

export interface OperationProgress {
  readonly counts: OperationCounts;
  /** How many were skipped for which reason; of operations that began before reasons were told, absent. */
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

/** Two stretches of one operation as one. */
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

/** The memo of an operation's execution that holds its progress: it can be read without a worker. */
export const progressMemo = 'progress';

/** What an activity is given to work on. */
export interface OperateOnPageInput {
  readonly tenant: string;
  readonly kind: OperationKind;
  readonly operationId: string;
  /** Absent: the first page. */
  readonly pageToken?: string;
  /** The operation knows how to wait for what only the operator can mend, and is told at once. */
  readonly canWait?: boolean;
}

/** What became of a page of jobs. */
export interface OperateOnPageResult extends OperationProgress {
  /** Of the next page; absent at the end. */
  readonly pageToken?: string;
  /** Nothing was done: as many of its jobs are under way as may be. */
  readonly mustWait?: boolean;
}
