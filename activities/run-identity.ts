import { Context } from '@temporalio/activity';
import type { RunIdentity } from '../src/domain/job.ts';

/** The run that an activity works for, unless its input says more. */
export function runIdentity({ createdAt }: { readonly createdAt: string }): RunIdentity {
  const { runId = '' } = Context.current().info.workflowExecution ?? {};
  return { runId, firstRunId: runId, createdAt };
}
