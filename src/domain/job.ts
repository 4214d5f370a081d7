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
      /** What the job waits for the operator to mend. */
      readonly waiting?: Waiting;
      /** The vote of its pages, once there is one: the job waits for a review, or is about to end. */
      readonly voted?: Pick<ClassifyDocumentResult, 'classification' | 'confidence'>;
    }
  | {
      readonly jobId: string;
      readonly status: 'completed';
      readonly createdAt: string;
      /** Absent in outcomes of older versions. */
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

/** Whether the run has ended in any way. */
export function isRunOver(job: Job): job is Extract<Job, { readonly status: 'completed' | 'failed' }> {
  return job.status === 'completed' || job.status === 'failed';
}

export interface JobError {
  /** One of the codes of errors.ts; a string, because failures outlive the version that wrote them. */
  readonly code: string;
  readonly detail: string;
}

/** Identifies an execution. */
export interface RunIdentity {
  /** Temporal's id of the run. */
  readonly runId: string;
  /** The first run id of the chain: a retried or reset run is the same job. */
  readonly firstRunId: string;
  /** When the first one started, ISO 8601. Outcomes of earlier versions have nothing else. */
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
  /** Somebody else recorded this for a run that could not; another outcome may replace it. */
  readonly isLost?: true;
}

/** A tenant's name is part of object keys and search attributes. */
export const tenantPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const defaultTenant = 'default';

/**
 * Whether an outcome belongs to this run's job, or may be replaced by it. False for another run with the same workflow
 * id.
 */
export function isOutcomeOf(
  { firstRunId, createdAt, isLost }: Pick<StoredOutcome, 'firstRunId' | 'createdAt' | 'isLost'>,
  run: Omit<RunIdentity, 'runId'>,
): boolean {
  if (isLost) return true;
  return firstRunId === undefined ? createdAt === run.createdAt : firstRunId === run.firstRunId;
}
