import type { Extend } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleInvoice } from '../../support/documents.ts';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { invoiceOrOther as config } from '../../support/extend-config.ts';
import { readImage } from '../../support/openai-stand-in/question.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { startService, type TestService } from '../../support/service.ts';

let standIn: OpenAiStandIn;
let service: TestService;
let acme: ReturnType<typeof extendClient>;

beforeAll(async () => {
  standIn = await startOpenAiStandIn({ answer: () => ({ kind: 'answer', label: 'invoice', reason: 'It says so.' }) });
  service = await startService({
    API_KEYS: 'acme:acme-key',
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: standIn.apiKey,
    OPENAI_MODEL: 'stand-in',
    SYNC_WAIT_SECONDS: '2',
  });
  acme = extendClient(service.url, 'acme-key');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});

/** The synchronous call of this service waits for 2 s alone. */
function finishedRun(text: string, given: Extend.ClassifyConfig = config): Promise<Extend.ClassifyRun> {
  return acme.classifyRuns.createAndPoll({ file: { text }, config: given });
}

/** A run whose model call does not come back. */
async function startHeldRun(text = 'never answered') {
  standIn.enqueue({ kind: 'never' });
  const before = standIn.requests.length;
  const run = await acme.classifyRuns.create({ file: { text }, config });
  await standIn.waitForRequests(before + 1);
  return run;
}

describe('a model', () => {
  test('is asked about a text without an image, and about all the rest by its description', async () => {
    const run = await finishedRun('Invoice number 42');

    const { question } = standIn.requests.at(-1) ?? {};
    expect(run).toMatchObject({
      status: 'PROCESSED',
      output: { id: 'inv', insights: [{ type: 'reasoning', content: 'It says so.' }] },
    });
    expect(question && readImage(question.request)).toBeUndefined();
    expect(question?.text).toContain('Invoice number 42');
    expect(question?.text).toContain('The document is a text without images');
    expect(question?.text).toMatch(/"name":"other","description":"Any other document type"/);
  });

  test('hears what other is for where its description says nothing', async () => {
    const classifications = config.classifications.map((each) => ({ ...each, description: '' }));
    standIn.enqueue({ kind: 'answer', label: 'other' });

    const run = await finishedRun('A poem', { classifications });

    expect(run.output).toMatchObject({ id: 'oth', type: 'other' });
    expect(standIn.requests.at(-1)?.question?.text).toContain('None of the other options fits this page');
  });
});

describe('a run under way', () => {
  test('is cancelled, which is not a failure and cannot be done twice', async () => {
    const { id } = await startHeldRun();

    const cancelled = await acme.classifyRuns.cancel(id);

    expect(cancelled).toMatchObject({
      id,
      status: 'CANCELLED',
      output: null,
      failureReason: null,
      failureMessage: null,
    });
    expect(await acme.classifyRuns.retrieve(id)).toStrictEqual(cancelled);
    expect(await extendErrorOf(acme.classifyRuns.cancel(id))).toMatchObject({
      status: 400,
      name: 'BadRequestError',
      message: 'This run is in a terminal state already (CANCELLED) and cannot be cancelled.',
    });
  });

  test('is deleted with the file that came with it, and another one keeps the file that it was given', async () => {
    const held = await startHeldRun();
    const { id: fileId } = await acme.files.upload(new File([sampleInvoice], 'kept.pdf'), {});
    const other = await acme.classifyRuns.createAndPoll({ file: { id: fileId }, config });

    expect(await acme.classifyRuns.delete(held.id)).toStrictEqual({ id: held.id });
    await acme.classifyRuns.delete(other.id);

    for (const id of [held.id, other.id]) {
      expect(await extendErrorOf(acme.classifyRuns.retrieve(id))).toMatchObject({ status: 404 });
      expect(await extendErrorOf(acme.classifyRuns.delete(id))).toMatchObject({ status: 404 });
    }
    expect(await extendErrorOf(acme.files.retrieve(held.file?.id ?? ''))).toMatchObject({ status: 404 });
    expect((await acme.files.retrieve(fileId)).name).toBe('kept.pdf');
  });

  test('that takes longer than the synchronous call waits is named in the answer, and goes on', async () => {
    standIn.enqueue({ kind: 'held', reply: { kind: 'answer', label: 'invoice' } });

    const error = await extendErrorOf(acme.classify({ file: { text: 'slow' }, config }));

    // Not 408, 429 or 5xx, after which the SDK would start another one.
    expect(error).toMatchObject({ status: 422, name: 'UnprocessableEntityError', retryable: false });
    const [, id = ''] = /GET \/classify_runs\/(clr_\S+)\./.exec(error.message) ?? [];
    expect((await acme.classifyRuns.retrieve(id)).status).toBe('PROCESSING');
    standIn.release();
    await expect.poll(async () => (await acme.classifyRuns.retrieve(id)).status).toBe('PROCESSED');
  });

  test('has a priority of Temporal, the lower the number the sooner', async () => {
    const priorities = [0, 50, 100];
    const runs = await Promise.all(
      priorities.map((priority) => acme.classifyRuns.create({ file: { text: 'a' }, config, priority })),
    );

    const { workflow } = service.namespace.client;
    const descriptions = await Promise.all(runs.map(({ id }) => workflow.getHandle(id.replace('clr_', '')).describe()));
    expect(descriptions.map(({ priority }) => priority?.priorityKey)).toEqual([1, 3, 5]);
    expect(descriptions.map(({ priority }) => priority?.fairnessKey)).toEqual(['acme', 'acme', 'acme']);
  });

  test('that is over cannot be cancelled', async () => {
    const { id } = await finishedRun('Invoice');

    expect(await extendErrorOf(acme.classifyRuns.cancel(id))).toMatchObject({
      status: 400,
      message: expect.stringContaining('terminal state already (PROCESSED)'),
    });
    expect((await acme.classifyRuns.retrieve(id)).status).toBe('PROCESSED');
  });

  test('is PENDING while no worker has begun with it, and can be read and listed all the same', async () => {
    await using idle = await startService({ API_KEYS: 'acme:acme-key', QUEUES: 'render' });
    const client = extendClient(idle.url, 'acme-key');

    const { id } = await client.classifyRuns.create({ file: { text: 'Invoice' }, config });

    expect(await client.classifyRuns.retrieve(id)).toMatchObject({ status: 'PENDING', file: { type: 'TXT' } });
    await expect.poll(async () => (await client.classifyRuns.list({ status: 'PENDING' })).data).toHaveLength(1);
    expect((await client.classifyRuns.list({ status: 'PROCESSING' })).data).toEqual([]);
  });
});
