import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { callTemporal, grpcCode } from './connection.ts';

/** The input of an execution, from the first event of its history. */
export interface ExecutionStart {
  /** Its first argument. */
  readonly input: unknown;
  /** 1 (first) to 5; undefined where none was set. */
  readonly priorityKey: number | undefined;
}

const deadlineMs = 5000;
const grpcNotFound = 5;

/** Of the latest run of a workflow id, or of the run given. Undefined once Temporal has forgotten it. */
export async function readStart(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<ExecutionStart | undefined> {
  try {
    const { history } = await callTemporal(client, deadlineMs, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId, ...(runId !== undefined && { runId }) },
        maximumPageSize: 1,
      }),
    );
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    if (!started) return undefined;
    const payload = started.input?.payloads?.[0];
    return {
      input: payload && defaultPayloadConverter.fromPayload(payload),
      priorityKey: started.priority?.priorityKey || undefined,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || grpcCode(error) === grpcNotFound) return undefined;
    throw error;
  }
}
