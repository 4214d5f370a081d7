import { CancellationScope, log, ParentClosePolicy, startChild, uuid4 } from '@temporalio/workflow';
import type { StoredEnd } from '../activities/end-event.ts';
import { workflowTypes } from '../src/domain/contract.ts';
import { searchAttributeKeys } from '../src/domain/search-attributes.ts';
import { deliveryMemo, deliverySummary, webhookWorkflowId, type DeliverWebhookInput } from '../src/domain/webhook.ts';
import { deliveryWorkflowId, eventIdOf, type EndEvent, type EventSubject } from '../src/domain/webhook-event.ts';
import type { RunEnds } from '../src/domain/workflow-input.ts';
import type { deliverWebhook } from './deliver-webhook.ts';

/** Leaves the delivery of a job's answer to a run of its own, where one was asked for. */
async function startWebhook({ tenant, webhook }: RunEnds, jobId: string): Promise<void> {
  if (!webhook) return;
  await startDelivery(webhookWorkflowId(jobId), { tenant, jobId, requestKey: webhook.requestKey });
}

/** Tells endpoints what happened: a run of its own for each, all with the same event. */
export async function publishEvent(tenant: string, subject: EventSubject, end: EndEvent): Promise<void> {
  const { eventType, endpointIds } = end;
  const event = { eventId: eventIdOf(Date.now(), uuid4()), eventType, subject };
  const starts = endpointIds.map((endpointId) =>
    startDelivery(deliveryWorkflowId(event.eventId, endpointId), { tenant, endpointId, event }),
  );
  await Promise.all(starts);
}

/**
 * Whatever is to be told of the end of a run, to whom it was asked for. Nothing of one whose outcome has no place: its
 * id is another job's.
 */
export async function notifyRunEnd(input: RunEnds, jobId: string, { event, isOfAnotherJob }: StoredEnd): Promise<void> {
  if (isOfAnotherJob) return;
  await startWebhook(input, jobId);
  if (event) await publishEvent(input.tenant, { kind: 'run', id: jobId }, event);
}

/**
 * A dead receiver must not delay or fail a job, so its delivery goes on alone. Also when the job was cancelled, and
 * without ever throwing.
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
