import { Context } from '@temporalio/activity';
import type { RunIdentity } from '../src/domain/job.ts';

/** Which run an activity works for, where its input does not say more. */
export function runIdentity({ createdAt }: { readonly createdAt: string }): RunIdentity {
  const { runId = '' } = Context.current().info.workflowExecution ?? {};
  return { runId, firstRunId: runId, createdAt };
}
