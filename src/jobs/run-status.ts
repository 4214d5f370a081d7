import type { Job } from '../domain/job.ts';

/** The statuses of Extend's contract. Its clients stop polling at any other word. */
export const runStatuses = ['PENDING', 'PROCESSING', 'PROCESSED', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof runStatuses)[number];

export function runStatusOf(job: Job): RunStatus {
  switch (job.status) {
    case 'queued':
      return 'PENDING';
    case 'processing':
      return 'PROCESSING';
    case 'completed':
      return 'PROCESSED';
    case 'failed':
      return job.error.code === 'cancelled' ? 'CANCELLED' : 'FAILED';
  }
}
