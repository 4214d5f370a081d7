import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobIdOfBatch } from '../../src/domain/batch.ts';
import { taskQueues } from '../../src/domain/contract.ts';
import type { classifyDocument, deliverWebhook } from '../../workflows/index.ts';
import { corruptPdf, pdfWithPages } from '../support/documents.ts';
import { registerEndpoint } from '../support/event-receiver.ts';
import { extendClient } from '../support/extend-client.ts';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import type { TestProcess } from '../support/process.ts';
import { finishedJob, submit } from '../support/service.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';

/** Drawing it never ends. */
const endless = new Uint8Array(await readFile(new URL('../fixtures/nested-states.pdf', import.meta.url)));
const harmless = pdfWithPages(['Invoice 4711, amount due 12.00']);

const lineSchema = z.looseObject({
  msg: z.string(),
  jobId: z.string().optional(),
  requestId: z.string().optional(),
  workflowId: z.string().optional(),
});

const undelivered = 'webhook was not delivered';
const killed = 'job in child process failed';

let namespace: TestNamespace;
let receiver: WebhookReceiver;
let fleet: Fleet;
let api: ApiProcess;

beforeAll(async () => {
  namespace = await createNamespace();
  receiver = await startWebhookReceiver();
  fleet = await createFleet({
    ...temporalSettings(namespace),
    RENDER_PAGE_TIMEOUT_SECONDS: '1',
    ALLOWED_NETWORKS: '127.0.0.1',
  });
  api = await fleet.startApi();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

/** Ends the worker, so that it writes all that it has to say. */
async function linesOf(worker: TestProcess) {
  await worker.end('SIGTERM');
  return worker
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

/** Whom the lines with this message name, each once: a busy machine may have to say it again. */
function namedBy(lines: readonly z.infer<typeof lineSchema>[], message: string) {
  const said = lines.filter(({ msg }) => msg === message);
  return [...new Map(said.map(({ jobId, requestId }) => [`${jobId} ${requestId}`, { jobId, requestId }])).values()];
}

function submitAs(requestId: string, file = harmless, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  return submit(api.url, { file, fields, headers: { 'x-request-id': requestId } });
}

describe('a worker names the job and its request', () => {
  test('in whatever it logs while it works for them, also of the process that it had to kill', async () => {
    const worker = await fleet.startWorker();
    const jobId = await submitAs('abc-123', endless);
    const brokenId = await submitAs('abc-126', corruptPdf);
    for (const id of [jobId, brokenId]) await finishedJob(api.url, id);

    const lines = await linesOf(worker);

    expect(namedBy(lines, killed)).toEqual([{ jobId, requestId: 'abc-123' }]);
    expect(lines.filter(({ msg }) => msg === 'activity attempt failed')).toMatchObject([
      { jobId: brokenId, requestId: 'abc-126', code: 'document_corrupt' },
    ]);
    const stopping = lines.find(({ msg }) => msg === 'worker stopping');
    expect(stopping).not.toHaveProperty('jobId');
    expect(stopping).not.toHaveProperty('requestId');
  });

  test('of a webhook that fails, and of the request that sends it again', async () => {
    const worker = await fleet.startWorker();
    receiver.enqueue({ status: 410 }, { status: 410 });
    const jobId = await submitAs('abc-124', harmless, { webhook_url: `${receiver.url}/gone` });
    await worker.untilPrinted(undelivered);
    const workflowId = `${jobId}-webhook`;
    await namespace.client.workflow.getHandle(workflowId).result();
    await fetch(`${api.url}/classify/${jobId}/deliveries`, {
      method: 'POST',
      headers: { 'x-request-id': 'again-124' },
    });
    await expect.poll(() => receiver.received.length, { timeout: 30_000 }).toBe(2);
    await namespace.client.workflow.getHandle(workflowId).result();

    const lines = await linesOf(worker);

    expect(lines.filter(({ msg }) => msg === undelivered)).toMatchObject([
      { jobId, requestId: 'abc-124', workflowId, detail: 'webhook_url answered with HTTP 410.' },
      { jobId, requestId: 'again-124', workflowId },
    ]);
  });

  test("of a batch's run, and of the event about its end", async () => {
    const client = extendClient(api.url, 'no-key');
    const config = { classifications: [{ id: 'other', type: 'other', description: '' }] };
    const { id: classifierId } = await client.classifiers.create({ name: 'Mail', config });
    const { id: endpointId } = await registerEndpoint(client, receiver, '/events', {
      enabledEvents: ['classify_run.failed'],
    });
    const { id } = await client.files.upload(new File([endless], 'a.pdf'), {});
    receiver.enqueue({ status: 410 });
    const worker = await fleet.startWorker();
    const { id: batchId } = await client.classifyRuns.createBatch(
      { classifier: { id: classifierId }, inputs: [{ file: { id } }] },
      { headers: { 'x-request-id': 'batch-7' } },
    );
    await worker.untilPrinted(undelivered);
    await client.webhookEndpoints.delete(endpointId);

    const lines = await linesOf(worker);

    const names = { jobId: jobIdOfBatch(batchId, 0), requestId: 'batch-7' };
    for (const message of [killed, undelivered]) expect(namedBy(lines, message)).toEqual([names]);
  });

  test('in what a workflow itself has to say', async () => {
    const jobId = await submitAs('abc-125', harmless, { webhook_url: `${receiver.url}/taken` });
    // Its name is taken, so that the delivery cannot be started.
    const taken = await namespace.client.workflow.start<typeof deliverWebhook>('deliverWebhook', {
      workflowId: `${jobId}-webhook`,
      taskQueue: 'nobody-serves-this',
      args: [{ tenant: 'default', jobId, requestKey: '' }],
    });
    const worker = await fleet.startWorker();
    await worker.untilPrinted('webhook delivery was not started');
    await taken.terminate();

    const lines = await linesOf(worker);

    expect(lines.filter(({ msg }) => msg === 'webhook delivery was not started')).toMatchObject([
      { jobId, requestId: 'abc-125' },
    ]);
  });

  test('by the job alone where no request started it', async () => {
    const worker = await fleet.startWorker();
    const workflowId = `orphan-${randomUUID()}`;
    const run = await namespace.client.workflow.start<typeof classifyDocument>('classifyDocument', {
      workflowId,
      taskQueue: taskQueues.workflow,
      args: [
        {
          source: { kind: 'inline', base64: Buffer.from(endless).toString('base64') },
          categories: [{ name: 'invoice' }, { name: 'letter' }],
        },
      ],
      // Nothing that logs may hold.
      memo: { requestId: 'not an id: spaces' },
    });
    await expect(run.result()).rejects.toThrow('Workflow execution failed');

    const lines = await linesOf(worker);

    expect(namedBy(lines, killed)).toEqual([{ jobId: workflowId }]);
  });
});
