import { continueAsNew, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import {
  cutoffsOf,
  type DeletedCounts,
  type DeleteExpiredJobsInput,
  type RetentionCutoffs,
  type SweepPosition,
} from '../src/domain/retention.ts';
import { deleteExpiredExecutions, deleteExpiredObjects, setLifecycleRules } from './activity-proxies.ts';

interface Step {
  readonly deleted: DeletedCounts;
  /** Absent at the end. */
  readonly next?: SweepPosition;
}

/**
 * Deletes jobs that finished `jobDays` ago, and uploads of `uploadDays` ago whose job never started. A schedule starts
 * it. Each step deletes a bounded number and returns where the next one continues, so a worker's death loses nothing.
 */
export async function deleteExpiredJobs(input: DeleteExpiredJobsInput): Promise<DeletedCounts> {
  const { jobDays, uploadDays, continued } = input;
  if (!continued) {
    await setLifecycleRules.executeWithOptions({ summary: 'Set the bucket lifecycle rules' }, [
      { ...(jobDays && { jobDays }), ...(uploadDays && { uploadDays }) },
    ]);
  }
  const cutoffs = continued?.cutoffs ?? cutoffsOf(input, Date.now());
  let deleted = continued?.deleted ?? { executions: 0, storedJobs: 0, abandonedUploads: 0 };
  let position: SweepPosition | undefined = continued?.position ?? { stage: 'executions' };
  while (position) {
    const step: Step = await take(position, cutoffs, deleted);
    ({ deleted, next: position } = step);
    setCurrentDetails(
      `Deleted ${deleted.executions} runs with their jobs, ${deleted.storedJobs} jobs of older runs, ${deleted.abandonedUploads} abandoned uploads`,
    );
    if (position && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof deleteExpiredJobs>({ ...input, continued: { cutoffs, position, deleted } });
    }
  }
  return deleted;
}

async function take(position: SweepPosition, cutoffs: RetentionCutoffs, deleted: DeletedCounts): Promise<Step> {
  if (position.stage === 'objects') {
    const { after, ...counts } = await deleteExpiredObjects.executeWithOptions(
      { summary: 'Delete what is left in the store' },
      [{ ...position, cutoffs }],
    );
    return {
      deleted: {
        ...deleted,
        storedJobs: deleted.storedJobs + counts.storedJobs,
        abandonedUploads: deleted.abandonedUploads + counts.abandonedUploads,
      },
      ...(after !== undefined && { next: { stage: 'objects', after } }),
    };
  }
  const { closedBefore } = cutoffs;
  if (closedBefore === undefined) return { deleted, next: { stage: 'objects' } };
  const { pageToken } = position;
  const page = await deleteExpiredExecutions.executeWithOptions({ summary: 'Delete expired runs' }, [
    { closedBefore, ...(pageToken !== undefined && { pageToken }) },
  ]);
  return {
    deleted: { ...deleted, executions: deleted.executions + page.deleted },
    next: page.pageToken === undefined ? { stage: 'objects' } : { stage: 'executions', pageToken: page.pageToken },
  };
}
