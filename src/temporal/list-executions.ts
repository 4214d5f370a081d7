import type { Client } from '@temporalio/client';
import { callTemporal } from './connection.ts';

export interface ListedExecution {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

export interface ExecutionPage {
  readonly executions: readonly ListedExecution[];
  /** Base64; absent on the last page. */
  readonly nextPageToken?: string;
}

const deadlineMs = 10_000;

/** One page of the runs that a list filter (https://docs.temporal.io/list-filter) selects. */
export async function listExecutions(
  client: Client,
  query: string,
  pageSize: number,
  pageToken: string | undefined,
): Promise<ExecutionPage> {
  const { executions, nextPageToken } = await callTemporal(client, deadlineMs, () =>
    client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query,
      pageSize,
      ...(pageToken !== undefined && { nextPageToken: Buffer.from(pageToken, 'base64') }),
    }),
  );
  return {
    executions: executions.map(({ execution, type }) => ({
      workflowId: execution?.workflowId ?? '',
      runId: execution?.runId ?? '',
      workflowType: type?.name ?? '',
    })),
    ...(nextPageToken.length > 0 && { nextPageToken: Buffer.from(nextPageToken).toString('base64') }),
  };
}
