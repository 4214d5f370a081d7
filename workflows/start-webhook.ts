import { CancellationScope, log, ParentClosePolicy, startChild, uuid4 } from '@temporalio/workflow';
import type { StoredEnd } from '../activities/end-event.ts';
import { workflowTypes } from '../src/domain/contract.ts';
import { searchAttributeKeys } from '../src/domain/search-attributes.ts';
import { deliveryMemo, deliverySummary, webhookWorkflowId, type DeliverWebhookInput } from '../src/domain/webhook.ts';
import { deliveryWorkflowId, eventIdOf, type EndEvent, type EventSubject } from '../src/domain/webhook-event.ts';
import type { RunEnds } from '../src/domain/workflow-input.ts';
import type { deliverWebhook } from './deliver-webhook.ts';

/** Starts a run of its own to deliver the job's answer, if the request named a webhook. */
async function startWebhook({ tenant, webhook }: RunEnds, jobId: string): Promise<void> {
  if (!webhook) return;
  await startDelivery(webhookWorkflowId(jobId), { tenant, jobId, requestKey: webhook.requestKey });
}

/** Starts one delivery for each endpoint, all with the same event. */
export async function publishEvent(tenant: string, subject: EventSubject, end: EndEvent): Promise<void> {
  const { eventType, endpointIds } = end;
  const event = { eventId: eventIdOf(Date.now(), uuid4()), eventType, subject };
  const starts = endpointIds.map((endpointId) =>
    startDelivery(deliveryWorkflowId(event.eventId, endpointId), { tenant, endpointId, event }),
  );
  await Promise.all(starts);
}

/**
 * Notifies everyone who asked for the end of this run. Does nothing if the outcome was refused because the id is
 * another job's.
 */
export async function notifyRunEnd(input: RunEnds, jobId: string, { event, isOfAnotherJob }: StoredEnd): Promise<void> {
  if (isOfAnotherJob) return;
  await startWebhook(input, jobId);
  if (event) await publishEvent(input.tenant, { kind: 'run', id: jobId }, event);
}

/**
 * Starts a delivery that outlives the job, so that a dead receiver neither delays nor fails it. Works in a cancelled
 * run too, and never throws.
 */
async function startDelivery(workflowId: string, input: DeliverWebhookInput): Promise<void> {
  const { tenant } = input;
  await CancellationScope.nonCancellable(async () => {
    try {
      await startChild<typeof deliverWebhook>(workflowTypes.deliverWebhook, {
        workflowId,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        args: [input],
        memo: deliveryMemo(input),
        staticSummary: deliverySummary(input),
        typedSearchAttributes: [{ key: searchAttributeKeys.tenant, value: tenant }],
        priority: { fairnessKey: tenant },
      });
    } catch (error) {
      log.warn('webhook delivery was not started', { error: error instanceof Error ? error.name : 'unknown' });
    }
  });
}
