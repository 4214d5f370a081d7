import type { Client } from '@temporalio/client';
import { workflowTypes } from '../domain/contract.ts';
import type { WaitedFor } from '../domain/errors.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { readWaiting, waitingMemoKey, type Waiting } from '../domain/waiting.ts';
import { callTemporal } from '../temporal/connection.ts';
import { listExecutions } from '../temporal/executions.ts';
import { hasWaitingLabel } from './waiting-label.ts';

/** A run that waits for the operator. */
export interface WaitingRun {
  readonly workflowId: string;
  readonly runId: string;
}

export interface WaitingPage {
  readonly runs: readonly WaitingRun[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

const pageSize = 200;
const listSize = 1000;
const deadlineMs = 30_000;

/** All kinds of run that can wait: the sweep is tried again by itself. */
const { deleteExpiredJobs: _sweep, ...waiters } = workflowTypes;
const types = Object.values(waiters).map((type) => `'${type}'`);
const ownRunning = `WorkflowType IN (${types.join(', ')}) AND ExecutionStatus = 'Running'`;

/**
 * One page of the runs that wait for something. Without the search attribute it reads the memos of all running ones.
 */
export async function listWaiting(client: Client, waitsFor: WaitedFor, pageToken?: string): Promise<WaitingPage> {
  if (await hasWaitingLabel(client)) {
    const query = `${ownRunning} AND ${searchAttributeKeys.waitingFor.name} = '${waitsFor}'`;
    const { executions, nextPageToken } = await listExecutions(client, query, pageSize, pageToken);
    return { runs: executions, ...(nextPageToken !== undefined && { nextPageToken }) };
  }
  return callTemporal(client, deadlineMs, async () => {
    const runs: WaitingRun[] = [];
    for await (const { workflowId, runId, memo } of client.workflow.list({ query: ownRunning, pageSize: listSize }))
      if (readWaiting(memo?.[waitingMemoKey])?.waitsFor === waitsFor) runs.push({ workflowId, runId });
    return { runs };
  });
}

/** Yields what each waiting run waits for, and whether it is a job. Looks at `lookedAt` runs at most. */
export async function* findWaiting(
  client: Client,
  lookedAt: number,
): AsyncGenerator<{ readonly waiting: Waiting; readonly isJob: boolean }> {
  const waits = (await hasWaitingLabel(client)) ? ` AND ${searchAttributeKeys.waitingFor.name} IS NOT NULL` : '';
  let seen = 0;
  for await (const { memo, type } of client.workflow.list({ query: ownRunning + waits, pageSize: lookedAt })) {
    const waiting = readWaiting(memo?.[waitingMemoKey]);
    if (waiting) yield { waiting, isJob: type === workflowTypes.classifyDocument };
    seen += 1;
    if (seen >= lookedAt) return;
  }
}
