import { CancellationScope, log, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { workflowTypes } from '../src/domain/contract.ts';
import { searchAttributeKeys } from '../src/domain/search-attributes.ts';
import { webhookWorkflowId } from '../src/domain/webhook.ts';
import type { ParsedInput } from '../src/domain/workflow-input.ts';
import type { deliverWebhook } from './deliver-webhook.ts';

/**
 * Leaves the delivery of a job's answer to a run of its own, where one was asked for: a dead receiver must not delay or
 * fail the job. Also when the job was cancelled, and without ever throwing.
 */
export async function startWebhook({ tenant, webhook }: ParsedInput, jobId: string): Promise<void> {
  if (!webhook) return;
  await CancellationScope.nonCancellable(async () => {
    try {
      await startChild<typeof deliverWebhook>(workflowTypes.deliverWebhook, {
        workflowId: webhookWorkflowId(jobId),
        parentClosePolicy: ParentClosePolicy.ABANDON,
        args: [{ tenant, jobId, requestKey: webhook.requestKey }],
        typedSearchAttributes: [{ key: searchAttributeKeys.tenant, value: tenant }],
        priority: { fairnessKey: tenant },
      });
    } catch (error) {
      log.warn('webhook delivery was not started', { error: error instanceof Error ? error.name : 'unknown' });
    }
  });
}
