import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { callTemporal, grpcCode } from './connection.ts';

const deadlineMs = 5000;
/** A list may look at every run of a tenant. */
const listDeadlineMs = 10_000;
const grpcInvalidArgument = 3;
const grpcNotFound = 5;

/**
 * The latest run of a workflow id, or the run given; undefined if Temporal has none (any more). Throws every other
 * failure.
 */
export async function describeExecution(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await callTemporal(client, deadlineMs, () => client.workflow.getHandle(workflowId, runId).describe());
  } catch (error) {
    // Not every "not found" counts: a missing namespace says nothing about its runs.
    if (error instanceof WorkflowNotFoundError) return undefined;
    // Longer than this server's ids may be: nothing has it.
    if (grpcCode(error) === grpcInvalidArgument) return undefined;
    throw error;
  }
}

/** The reason given for a termination; undefined when the run was not terminated, or is gone. */
export async function terminationReason(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<string | undefined> {
  const request = { namespace: client.options.namespace, execution: { workflowId, runId }, maximumPageSize: 1 };
  const found = await unlessGone(
    callTemporal(client, deadlineMs, () => client.workflowService.getWorkflowExecutionHistoryReverse(request)),
  );
  return found?.history?.events?.[0]?.workflowExecutionTerminatedEventAttributes?.reason ?? undefined;
}

/** Makes Temporal forget a run, which takes up to half a minute. A missing run is no error. */
export async function deleteExecution(client: Client, workflowId: string, runId: string): Promise<void> {
  const request = { namespace: client.options.namespace, workflowExecution: { workflowId, runId } };
  await unlessGone(callTemporal(client, deadlineMs, () => client.workflowService.deleteWorkflowExecution(request)));
}

/** Ends a run without asking it: this one, or the latest of its id. One that is closed or gone already is no error. */
export async function terminateExecution(
  client: Client,
  workflowId: string,
  reason: string,
  runId?: string,
): Promise<void> {
  const handle = client.workflow.getHandle(workflowId, runId);
  await unlessGone(callTemporal(client, deadlineMs, () => handle.terminate(reason)));
}

/** Resolves with undefined when the call's run is closed or gone. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || grpcCode(error) === grpcNotFound) return undefined;
    throw error;
  }
}

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

/** One page of the runs that a list filter (https://docs.temporal.io/list-filter) selects. */
export async function listExecutions(
  client: Client,
  query: string,
  pageSize: number,
  pageToken: string | undefined,
): Promise<ExecutionPage> {
  const { executions, nextPageToken } = await callTemporal(client, listDeadlineMs, () =>
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
