import type { ClassifyDocumentResult, JobProgress } from './contract.ts';
import type { Waiting } from './waiting.ts';

export const jobStatuses = ['queued', 'processing', 'completed', 'failed'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** A job is the API's view of one workflow execution, whose workflow id is the job id. */
export type Job =
  | { readonly jobId: string; readonly status: 'queued'; readonly createdAt: string }
  | {
      readonly jobId: string;
      readonly status: 'processing';
      readonly createdAt: string;
      /** Absent when no worker could be asked in time. */
      readonly progress?: JobProgress;
      /** What it waits for that only the operator can mend. */
      readonly waiting?: Waiting;
      /** What its pages have voted for, once they have: it waits for a review, or is about to end. */
      readonly voted?: Pick<ClassifyDocumentResult, 'classification' | 'confidence'>;
    }
  | {
      readonly jobId: string;
      readonly status: 'completed';
      readonly createdAt: string;
      /** Absent for what an older version stored. */
      readonly finishedAt?: string;
      readonly result: ClassifyDocumentResult;
    }
  | {
      readonly jobId: string;
      readonly status: 'failed';
      readonly createdAt: string;
      readonly finishedAt?: string;
      readonly error: JobError;
    };

export interface JobError {
  /** One of the codes of errors.ts; a string, because failures outlive the version that wrote them. */
  readonly code: string;
  readonly detail: string;
}

/** Which execution something is of. */
export interface RunIdentity {
  /** Temporal's id of the run. */
  readonly runId: string;
  /** That of the first in its chain: what was retried or reset is the same job. */
  readonly firstRunId: string;
  /** When the first one started, ISO 8601: outcomes of earlier versions tell nothing else. */
  readonly createdAt: string;
}

/** `result.json`: the durable outcome of a job, which outlives Temporal's retention. */
export interface StoredOutcome extends Partial<Omit<RunIdentity, 'createdAt'>> {
  readonly schemaVersion: 1;
  readonly jobId: string;
  readonly createdAt: string;
  readonly finishedAt?: string;
  readonly result?: ClassifyDocumentResult;
  readonly error?: JobError;
  /** The run could not say it itself: another one may take its place. */
  readonly isLost?: true;
}

/** A tenant's name stands in object keys and search attributes. */
export const tenantPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const defaultTenant = 'default';

/**
 * Whether an outcome is that of this run's job, or may be replaced by it, and not the word of another run that had the
 * same workflow id.
 */
export function isOutcomeOf(
  { firstRunId, createdAt, isLost }: Pick<StoredOutcome, 'firstRunId' | 'createdAt' | 'isLost'>,
  run: Omit<RunIdentity, 'runId'>,
): boolean {
  if (isLost) return true;
  return firstRunId === undefined ? createdAt === run.createdAt : firstRunId === run.firstRunId;
}
