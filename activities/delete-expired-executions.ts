import { Context } from '@temporalio/activity';
import { workflowTypes } from '../src/domain/contract.ts';
import { mapBounded } from '../src/domain/map-bounded.ts';
import { expireExecution } from '../src/retention/expire-job.ts';
import { listPendingDeliveries } from '../src/retention/pending-deliveries.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { listExecutions } from '../src/temporal/executions.ts';
import { runStep } from './run-step.ts';
import { unlessUnreadable } from './unless-unreadable.ts';

export interface DeleteExpiredExecutionsInput {
  /** ISO 8601. */
  readonly closedBefore: string;
  readonly pageToken?: string;
}

export interface DeleteExpiredExecutionsResult {
  readonly deleted: number;
  /** Where to go on; absent at the end. */
  readonly pageToken?: string;
}

/** Runs per call, so that an interrupted call repeats little. */
const pageSize = 200;
const deletionsAtOnce = 8;

/** Deletes one page of the runs that closed before an instant, with everything the store holds of their jobs. */
export function createDeleteExpiredExecutions({ store }: { readonly store: ObjectStore }) {
  return async function deleteExpiredExecutions({
    closedBefore,
    pageToken,
  }: DeleteExpiredExecutionsInput): Promise<DeleteExpiredExecutionsResult> {
    return runStep(async (signal) => {
      const { client } = Context.current();
      const page = await listExecutions(client, queryOf(closedBefore), pageSize, pageToken);
      const pending = await listPendingDeliveries(client);
      const outcomes = await mapBounded(page.executions, deletionsAtOnce, async (execution) => {
        signal.throwIfAborted();
        return await unlessUnreadable(() => expireExecution({ client, store, pending }, execution));
      });
      return {
        deleted: outcomes.filter(Boolean).length,
        ...(page.nextPageToken !== undefined && { pageToken: page.nextPageToken }),
      };
    });
  };
}

function queryOf(closedBefore: string): string {
  const { deleteExpiredJobs: _own, ...ofTenants } = workflowTypes;
  const types = Object.values(ofTenants).map((type) => `'${type}'`);
  return `WorkflowType IN (${types.join(', ')}) AND ExecutionStatus != 'Running' AND CloseTime < '${closedBefore}'`;
}
