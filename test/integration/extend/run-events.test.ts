import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Extend } from 'extend-ai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deliveryWorkflowId } from '../../../src/domain/webhook-event.ts';
import { corruptPdf, pdfWithPages } from '../../support/documents.ts';
import { loggedDelivery, redeliver } from '../../support/event-deliveries.ts';
import { startEventService, type EventService } from '../../support/event-service.ts';
import { finishedJob, submit } from '../../support/service.ts';

let started: EventService;
let service: EventService['service'];
let receiver: EventService['receiver'];
let acme: EventService['acme'];
let globex: EventService['globex'];

beforeAll(async () => {
  started = await startEventService();
  ({ service, receiver, acme, globex } = started);
});
afterEach(() => started.forgetEndpoints());
afterAll(() => started[Symbol.asyncDispose]());

const config = {
  classifications: [
    { id: 'inv', type: 'invoice', description: 'asks for payment' },
    { id: 'oth', type: 'other', description: 'Any other document' },
  ],
} satisfies Extend.ClassifyConfig;
const ends = ['classify_run.processed', 'classify_run.failed'] as const;
const invoice = pdfWithPages(['Invoice 4711, amount due 12.00']);

async function upload(bytes = invoice, client = acme): Promise<{ readonly id: string }> {
  const { id } = await client.files.upload(new File([bytes], 'scan.pdf'), {});
  return { id };
}

/**
 * As GET has it, but for the address of a page, which begins where the request came to, and for the time at which
 * Temporal saw the end.
 */
async function runAsRead(id: string) {
  const run = await acme.classifyRuns.retrieve(id);
  return { ...run, dashboardUrl: expect.stringContaining('http://localhost'), updatedAt: expect.any(String) };
}

async function newClassifier(): Promise<string> {
  return (await acme.classifiers.create({ name: 'Mail', config })).id;
}

describe('the end of a run', () => {
  test('is told with the whole run, as GET has it', async () => {
    const endpoint = await started.register('/processed', { enabledEvents: [...ends] });
    const { id } = await acme.classifyRuns.create({ file: await upload(), config, metadata: { order: 7 } });

    const [{ event } = { event: undefined }] = await endpoint.events(1);
    expect(event).toEqual({
      eventId: expect.stringMatching(/^event_\w+$/),
      eventType: 'classify_run.processed',
      payload: await runAsRead(id),
    });
    expect(event?.payload).toMatchObject({ status: 'PROCESSED', output: { id: 'inv' }, metadata: { order: 7 } });
  });

  test('is told when it failed, with the reason', async () => {
    const endpoint = await started.register('/failed', { enabledEvents: [...ends] });
    const { id } = await acme.classifyRuns.create({ file: await upload(corruptPdf), config });

    const [{ event } = { event: undefined }] = await endpoint.events(1);
    expect(event).toMatchObject({ eventType: 'classify_run.failed', payload: await runAsRead(id) });
    expect(event?.payload).toMatchObject({ status: 'FAILED', output: null, failureMessage: expect.any(String) });
  });

  test('is told once to an endpoint that asked for it twice, and of its classifier alone to one that subscribed', async () => {
    const [mine, others] = [await newClassifier(), await newClassifier()];
    const global = await started.register('/all-runs', { enabledEvents: ['classify_run.processed'] });
    const scoped = await started.register('/one-classifier', {});
    for (const { id: webhookEndpointId } of [global, scoped]) {
      await acme.webhookSubscriptions.create({
        webhookEndpointId,
        resourceType: 'classifier',
        resourceId: mine,
        enabledEvents: ['classify_run.processed'],
      });
    }
    const file = await upload();
    const runs = new Map<string, string>();
    for (const id of [mine, others]) {
      runs.set(id, (await acme.classifyRuns.createAndPoll({ file, classifier: { id } })).id);
    }
    await acme.classifyRuns.createAndPoll({ file, config });

    expect((await global.events(3)).map(({ event }) => event.eventId)).toHaveLength(3);
    const [only, ...more] = await scoped.events(1);
    expect(only?.event.payload).toMatchObject({ id: runs.get(mine), classifier: { id: mine } });
    expect(more).toEqual([]);
  });

  test('is not told of a job of the other contract, or to another tenant', async () => {
    const endpoint = await started.register('/own-runs', { enabledEvents: [...ends] });
    await started.register('/foreign', { enabledEvents: [...ends] }, globex);
    const jobId = await submit(service.url, { file: invoice, headers: { 'api-key': 'acme-key' } });
    await finishedJob(service.url, jobId, { 'api-key': 'acme-key' });
    const { id } = await acme.classifyRuns.createAndPoll({ file: await upload(), config });

    expect((await endpoint.events(1)).map(({ event }) => event.payload)).toMatchObject([{ id }]);
    expect(receiver.received.filter(({ path }) => path === '/foreign')).toEqual([]);
  });

  test('is told with a link, and the metadata beside it, to an endpoint that wants links', async () => {
    const path = '/run-by-link';
    const endpoint = await started.register(path, {
      enabledEvents: [...ends],
      advancedOptions: { payload: { format: 'url' } },
    });
    const { id } = await acme.classifyRuns.create({ file: await upload(), config, metadata: { order: 7 } });
    await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'delivered');

    const webhook = receiver.received.find((each) => each.path === path);
    const { body = '', headers = {} } = webhook ?? {};
    const event = acme.webhooks.verifyAndParse(body, headers, endpoint.signingSecret, { allowSignedUrl: true });
    if (!acme.webhooks.isSignedUrlEvent(event)) throw new Error('no link');
    expect(event.payload).toMatchObject({ object: 'signed_data_url', id, metadata: { order: 7 } });
    expect((await acme.webhooks.fetchSignedPayload(event)).payload).toEqual(await runAsRead(id));
  });
});

describe('the end of a batch', () => {
  test('is told once, and the ends of its runs one by one, to those that subscribed to its classifier too', async () => {
    const resourceId = await newClassifier();
    const global = await started.register('/batches', { enabledEvents: ['batch_processor_run.processed'] });
    const scoped = await started.register('/batches-of-one-classifier', {});
    await acme.webhookSubscriptions.create({
      webhookEndpointId: scoped.id,
      resourceType: 'classifier',
      resourceId,
      enabledEvents: ['batch_processor_run.processed', 'classify_run.processed', 'classify_run.failed'],
    });
    const { id } = await acme.classifyRuns.createBatch({
      classifier: { id: resourceId },
      inputs: [{ file: { text: 'Invoice 1, amount due' } }, { file: { id: 'file_none' } }],
    });

    const [told, ...more] = (await global.events(1)).map(({ event }) => event);
    expect(told).toMatchObject({
      eventType: 'batch_processor_run.processed',
      payload: { ...(await acme.batchRuns.get(id)), status: 'PROCESSED' },
    });
    expect(more).toEqual([]);
    const scopedEvents = (await scoped.events(3)).map(({ event }) => event);
    expect(scopedEvents.map(({ eventType }) => eventType).toSorted()).toEqual([
      'batch_processor_run.processed',
      'classify_run.failed',
      'classify_run.processed',
    ]);
    expect(scopedEvents).toContainEqual(told);
  });
});

describe('a run that is deleted while its end is told', () => {
  test('is told no more, and its log says why', async () => {
    receiver.enqueue({ status: 500 });
    const endpoint = await started.register('/run-deleted', { enabledEvents: [...ends] });
    const { id } = await acme.classifyRuns.create({ file: await upload(), config });
    const { eventId } = await loggedDelivery(service.url, endpoint.id, ({ status }) => status === 'pending');
    await acme.classifyRuns.delete(id);

    const { attempts, resourceId } = await loggedDelivery(
      service.url,
      endpoint.id,
      ({ status }) => status === 'failed',
    );
    expect(resourceId).toBe(id);
    expect(attempts.at(-1)).toMatchObject({ status: null, ok: false, error: 'What the event told of was deleted.' });
    expect((await redeliver(service.url, endpoint.id, eventId)).status).toBe(200);
    await service.namespace.client.workflow.getHandle(deliveryWorkflowId(eventId, endpoint.id)).result();
    expect(await endpoint.events(1)).toHaveLength(1);
  });
});

describe('the history of a run whose end is told', () => {
  test('holds neither the secret nor the address of the endpoint', async () => {
    const endpoint = await started.register('/secret?token=s3cret', { enabledEvents: [...ends] });
    const { id } = await acme.classifyRuns.createAndPoll({ file: await upload(), config });
    await endpoint.events(1);

    const history = await service.namespace.client.workflow.getHandle(id.replace('clr_', '')).fetchHistory();
    const payloads = historyToJSON(history).matchAll(/"data":\s*"([^"]*)"/g);
    const texts = Array.from(payloads, ([, data = '']) => Buffer.from(data, 'base64').toString()).join();
    expect(texts).toContain(endpoint.id);
    for (const secret of ['s3cret', endpoint.signingSecret]) expect(texts).not.toContain(secret);
  });
});
