import type { ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliveryWorkflowId } from '../../../src/domain/webhook-event.ts';
import { pdfWithPages } from '../../support/documents.ts';
import { loggedDelivery } from '../../support/event-deliveries.ts';
import { startEventService, type EventService } from '../../support/event-service.ts';
import { submit } from '../../support/service.ts';

let started: EventService;
let acme: ExtendClient;
let classifierId: string;

const config = { classifications: [{ id: 'other', type: 'other', description: '' }] };
const file = { text: 'A letter', name: 'letter.txt' };

beforeAll(async () => {
  started = await startEventService();
  ({ acme } = started);
  classifierId = (await acme.classifiers.create({ name: 'Mail', config })).id;
});
afterAll(() => started[Symbol.asyncDispose]());

/** What an operator sees in Temporal of where an execution comes from. */
async function memoOf(workflowId: string): Promise<unknown> {
  return (await started.service.namespace.client.workflow.getHandle(workflowId).describe()).memo;
}

function sentAs(requestId: string) {
  return { headers: { 'x-request-id': requestId } };
}

describe('the id of a request stands in the memo of the execution that it starts', () => {
  test('for a document', async () => {
    const headers = { 'api-key': 'acme-key', 'x-request-id': 'job-1' };
    const jobId = await submit(started.service.url, { file: pdfWithPages(['Invoice']), headers });

    expect(await memoOf(jobId)).toEqual({ requestId: 'job-1' });
  });

  test('for a run, a batch and an evaluation', async () => {
    const run = await acme.classifyRuns.create({ config, file }, sentAs('run-1'));
    const inputs = [{ file }];
    const batch = await acme.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs }, sentAs('batch-1'));
    const { id: fileId } = await acme.files.upload(new File([pdfWithPages(['Letter'])], 'a.pdf'), {});
    const { id: evaluationSetId } = await acme.evaluationSets.create({ name: 'Test', entityId: classifierId });
    const expectedOutput = { id: 'other', type: 'other' };
    await acme.evaluationSetItems.create(evaluationSetId, { items: [{ fileId, expectedOutput }] });
    const evaluation = await acme.evaluationSetRuns.create({ evaluationSetId }, sentAs('evaluation-1'));

    expect(await memoOf(run.id.slice('clr_'.length))).toEqual({ requestId: 'run-1' });
    expect(await memoOf(batch.id)).toEqual({ requestId: 'batch-1' });
    expect(await memoOf(evaluation.id)).toEqual({ requestId: 'evaluation-1' });
  });

  test('for the event of a change, and its redelivery', async () => {
    const endpoint = await started.register('/changes', { enabledEvents: ['classifier.created'] });
    const { id } = await acme.classifiers.create({ name: 'Mail' }, sentAs('change-1'));
    const subject = { kind: 'classifier', id };
    const isDelivered = ({ status }: { readonly status: string }) => status === 'delivered';
    const { eventId } = await loggedDelivery(started.service.url, endpoint.id, isDelivered);
    const delivery = deliveryWorkflowId(eventId, endpoint.id);
    await started.service.namespace.client.workflow.getHandle(delivery).result();

    expect(await memoOf(delivery)).toEqual({ requestId: 'change-1', subject });

    const path = `/webhook_endpoints/${endpoint.id}/deliveries/${eventId}/redeliver`;
    const headers = { authorization: 'Bearer acme-key', 'x-request-id': 'again-1' };
    expect((await fetch(started.service.url + path, { method: 'POST', headers })).status).toBe(200);

    expect(await memoOf(delivery)).toEqual({ requestId: 'again-1', subject });
  });
});
