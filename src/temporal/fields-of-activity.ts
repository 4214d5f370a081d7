import { asyncLocalStorage } from '@temporalio/activity';

/**
 * Fields for the lines that are logged while an activity runs: the job that it works for. What renders, reads or fetches for it
 * knows nothing of jobs, and says so in lines of its own.
 */
export function fieldsOfActivity(): { readonly jobId?: string } {
  const jobId = asyncLocalStorage.getStore()?.info.workflowExecution?.workflowId;
  return jobId === undefined ? {} : { jobId };
}
