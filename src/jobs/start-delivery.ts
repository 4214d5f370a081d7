import type { Client, WorkflowStartOptions } from '@temporalio/client';
import type { deliverWebhook } from '../../workflows/index.ts';
import { taskQueues, workflowTypes } from '../domain/contract.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { deliveryMemo, deliverySummary, sendAgainSignalName, type DeliverWebhookInput } from '../domain/webhook.ts';
import { callTemporal } from '../temporal/connection.ts';

const deadlineMs = 5000;

export interface DeliveryRequest {
  readonly workflowId: string;
  readonly input: DeliverWebhookInput;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId: string;
}

/** Starts a delivery, once for each id. Resolves when it cannot be lost any more. */
export async function startDelivery(client: Client, request: DeliveryRequest): Promise<void> {
  const options = { ...deliveryOptions(request), workflowIdConflictPolicy: 'USE_EXISTING' } as const;
  await callTemporal(client, deadlineMs, () =>
    client.workflow.start<typeof deliverWebhook>(workflowTypes.deliverWebhook, options),
  );
}

/** Delivers again at once, even what was delivered or given up long ago, and restarts the schedule. */
export async function deliverAgain(client: Client, request: DeliveryRequest): Promise<void> {
  const options = { ...deliveryOptions(request), signal: sendAgainSignalName };
  await callTemporal(client, deadlineMs, () =>
    client.workflow.signalWithStart<typeof deliverWebhook>(workflowTypes.deliverWebhook, options),
  );
}

function deliveryOptions({
  workflowId,
  input,
  requestId,
}: DeliveryRequest): WorkflowStartOptions<typeof deliverWebhook> & { readonly args: [DeliverWebhookInput] } {
  const { tenant } = input;
  return {
    workflowId,
    taskQueue: taskQueues.workflow,
    args: [input],
    memo: { requestId, ...deliveryMemo(input) },
    staticSummary: deliverySummary(input),
    typedSearchAttributes: [{ key: searchAttributeKeys.tenant, value: tenant }],
    priority: { fairnessKey: tenant },
  };
}
