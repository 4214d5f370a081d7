/** How long what is finished or abandoned is kept. Absent: for ever. */
export interface Retention {
  /** Days after which a finished job is deleted: its run, its document, pages and result. */
  readonly jobDays?: number;
  /** Days after which an upload is deleted whose job never started. */
  readonly uploadDays?: number;
}

/** The instants before which something counts as old, ISO 8601. One sweep keeps to them, however long it takes. */
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

/** Where a sweep is: first the closed executions, then what only the store still knows of. */
export type SweepPosition =
  | { readonly stage: 'executions'; readonly pageToken?: string }
  | { readonly stage: 'objects'; readonly after?: string };

/** What the workflow `deleteExpiredJobs` is started with, by its schedule. */
export interface DeleteExpiredJobsInput extends Retention {
  /** Of a run that carries on where an earlier one's history became too long. */
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
