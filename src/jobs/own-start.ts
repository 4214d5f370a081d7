import type { Client } from '@temporalio/client';
import type { ObjectStore } from '../storage/object-store.ts';
import { readStart, type ExecutionStart } from '../temporal/read-start.ts';
import { describeOwnRun } from './own-run.ts';

/** How a job's own run was started. Undefined once Temporal has forgotten it. */
export async function readOwnStart(
  dependencies: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  jobId: string,
): Promise<ExecutionStart | undefined> {
  const run = await describeOwnRun(dependencies, tenant, jobId);
  return run && readStart(dependencies.client, jobId, run.runId);
}
