/** How long to keep finished and abandoned work. Absent: for ever. */
export interface Retention {
  /** Days after which a finished job is deleted: its run, its document, pages and result. */
  readonly jobDays?: number;
  /** Days after which an upload is deleted whose job never started. */
  readonly uploadDays?: number;
}

/** The instants before which something is old, ISO 8601. One sweep keeps them, however long it takes. */
export interface RetentionCutoffs {
  readonly closedBefore?: string;
  readonly abandonedBefore?: string;
}

/** What a sweep deleted so far. */
export interface DeletedCounts {
  readonly executions: number;
  readonly storedJobs: number;
  readonly abandonedUploads: number;
}

/** Where a sweep is: first it goes through closed executions, then through what only the store still knows. */
export type SweepPosition =
  | { readonly stage: 'executions'; readonly pageToken?: string }
  | { readonly stage: 'objects'; readonly after?: string };

/** What the workflow `deleteExpiredJobs` is started with, by its schedule. */
export interface DeleteExpiredJobsInput extends Retention {
  /** Present when an earlier run's history became too long and this run continues. */
  readonly continued?: {
    readonly cutoffs: RetentionCutoffs;
    readonly position: SweepPosition;
    readonly deleted: DeletedCounts;
  };
}

const dayMs = 24 * 60 * 60 * 1000;

export function cutoffsOf({ jobDays, uploadDays }: Retention, nowMs: number): RetentionCutoffs {
  const before = (days: number) => new Date(nowMs - days * dayMs).toISOString();
  return {
    ...(jobDays !== undefined && { closedBefore: before(jobDays) }),
    ...(uploadDays !== undefined && { abandonedBefore: before(uploadDays) }),
  };
}
