import type { Extend, ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, extendErrorOf, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ExtendClient;
let classifierId: string;

const config = {
  classifications: [
    { id: 'invoice', type: 'invoice', description: 'a bill: invoice number, amount due, payment' },
    { id: 'resume', type: 'resume', description: 'work experience, education, skills of an applicant' },
    { id: 'other', type: 'other', description: 'anything else' },
  ],
} satisfies Extend.ClassifyConfig;
const invoiceText = 'INVOICE\nInvoice number 4711\nAmount due: 120.00 EUR\nPayment within 30 days';

beforeAll(async () => {
  service = await startService({
    API_KEYS: 'acme:acme-key,globex:globex-key,poor:poor-key',
    QUOTAS: 'poor:5',
    BATCH_CONCURRENCY: '8',
  });
  acme = extendClient(service.url, 'acme-key');
  classifierId = (await acme.classifiers.create({ name: 'Mail', config })).id;
});
afterAll(() => service[Symbol.asyncDispose]());

/** Polls as a client does. */
async function finished(client: ExtendClient, id: string): Promise<Extend.BatchRun> {
  const current = () => client.batchRuns.get(id);
  await expect.poll(async () => (await current()).status, { timeout: 60_000 }).not.toMatch(/^(?:PENDING|PROCESSING)$/);
  return current();
}

async function runsOf(client: ExtendClient, batchId: string): Promise<Extend.ClassifyRunSummary[]> {
  const runs: Extend.ClassifyRunSummary[] = [];
  let nextPageToken: string | undefined;
  do {
    const page = await client.classifyRuns.list({
      batchId,
      maxPageSize: 100,
      sortDir: 'asc',
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
    runs.push(...page.data);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== undefined);
  return runs;
}

function texts(count: number): Extend.ClassifyRunsCreateBatchRequestInputsItem[] {
  return Array.from({ length: count }, (_, index) => ({
    file: { text: `${invoiceText}\nCustomer ${index}`, name: `invoice-${index}.txt` },
    metadata: { index },
  }));
}

describe('a batch', () => {
  test('is pending when it is accepted, and PROCESSED when all of its runs are over', async () => {
    const created = await acme.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs: texts(30) });

    expect(created).toStrictEqual({
      object: 'batch_run',
      id: expect.stringMatching(/^bpr_\w+$/),
      status: 'PENDING',
      runCount: 30,
      createdAt: expect.stringMatching(/Z$/),
    });
    expect(await finished(acme, created.id)).toStrictEqual({ ...created, status: 'PROCESSED' });
    const runs = await runsOf(acme, created.id);
    expect(runs).toHaveLength(30);
    expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 'PROCESSED'));
    // Each with what was given with it.
    expect(new Set(runs.map(({ metadata }) => metadata?.['index'])).size).toBe(30);
  });

  test('has runs like any other, which name the classifier, the file and what was given with it', async () => {
    const { id } = await acme.classifyRuns.createBatch({
      classifier: { id: classifierId, version: 'draft' },
      inputs: texts(1),
    });
    await finished(acme, id);

    const [summary] = await runsOf(acme, id);
    const run = await acme.classifyRuns.retrieve(summary?.id ?? '');
    expect(run).toMatchObject({
      status: 'PROCESSED',
      output: { id: 'invoice', type: 'invoice' },
      classifier: { id: classifierId },
      classifierVersion: { version: 'draft' },
      file: { name: 'invoice-0.txt', type: 'TXT' },
      metadata: { index: 0 },
      config,
    });
    const listed = await acme.classifyRuns.list({ batchId: id, source: 'BATCH_PROCESSOR_RUN', classifierId });
    expect(listed.data.map((each) => each.id)).toEqual([run.id]);
  });

  test("lets an input fail alone: a file that is not there, another tenant's, an address that is none or forbidden", async () => {
    const globex = extendClient(service.url, 'globex-key');
    const foreign = await globex.files.upload(new File(['of globex'], 'globex.txt', { type: 'text/plain' }), {});
    const bad = [
      { file: { id: 'file_nowhere' } },
      { file: { id: foreign.id } },
      { file: { url: 'http://169.254.169.254/latest/meta-data' } },
      { file: { url: 'no address' } },
    ];

    const { id } = await acme.classifyRuns.createBatch({
      classifier: { id: classifierId },
      inputs: [...bad, ...texts(4)],
    });

    expect(await finished(acme, id)).toMatchObject({ status: 'PROCESSED', runCount: 8 });
    const runs = await Promise.all((await runsOf(acme, id)).map((run) => acme.classifyRuns.retrieve(run.id)));
    expect(runs.filter(({ status }) => status === 'PROCESSED')).toHaveLength(4);
    const failed = runs.filter(({ status }) => status === 'FAILED');
    expect(failed.map(({ failureReason }) => failureReason)).toEqual(bad.map(() => 'FAILED_TO_PROCESS_FILE'));
    expect(failed.map(({ failureMessage }) => failureMessage)).toEqual(
      expect.arrayContaining([
        'There is no file "file_nowhere".',
        `There is no file "${foreign.id}".`,
        expect.stringContaining('file.url'),
      ]),
    );
    const response = await fetch(`${service.url}/batch_runs/${id}?include=counts`, {
      headers: { authorization: 'Bearer acme-key' },
    });
    expect(await response.json()).toMatchObject({
      counts: { pending: 0, processing: 0, processed: 4, failed: 4, cancelled: 0 },
    });
  });

  test('applies what overrides the classifier to every run', async () => {
    const override = {
      classifications: [{ id: 'x', type: 'letter', description: 'any document' }, ...config.classifications.slice(2)],
    };
    const { id } = await acme.classifyRuns.createBatch({
      classifier: { id: classifierId, overrideConfig: override },
      inputs: texts(2),
    });
    await finished(acme, id);

    const [summary] = await runsOf(acme, id);
    expect((await acme.classifyRuns.retrieve(summary?.id ?? '')).config).toEqual(override);
  });

  test('belongs to its tenant alone', async () => {
    const { id } = await acme.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs: texts(1) });
    const globex = extendClient(service.url, 'globex-key');

    expect(await extendErrorOf(globex.batchRuns.get(id))).toMatchObject({ status: 404, name: 'NotFoundError' });
    const byClassifier = globex.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs: texts(1) });
    expect(await extendErrorOf(byClassifier)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await globex.classifyRuns.list({ batchId: id })).data).toEqual([]);
  });
});

describe('a batch that is cancelled', () => {
  test('ends as CANCELLED, and so do the runs that were under way', async () => {
    const { id } = await acme.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs: texts(200) });
    const cancel = () =>
      fetch(`${service.url}/batch_runs/${id}/cancel`, {
        method: 'POST',
        headers: { authorization: 'Bearer acme-key' },
      });

    expect((await cancel()).status).toBe(200);
    expect(await finished(acme, id)).toMatchObject({ status: 'CANCELLED', runCount: 200 });
    const again = await cancel();
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ message: expect.stringContaining('over already') });
  });
});

describe('a batch that cannot be taken', () => {
  test.each([
    ['no inputs', { inputs: [] }, /inputs/],
    ['too many inputs', { inputs: Array.from({ length: 1001 }, () => ({ file: { text: 'x' } })) }, /inputs/],
    ['an inline configuration', { inputs: texts(1), config }, /config/],
    ['a file that is none', { inputs: [{ file: { id: 5 } }] }, /inputs\.0\.file\.id/],
    ['a file of two kinds', { inputs: [{ file: { id: 'file_x', text: 'x' } }] }, /inputs\.0\.file/],
    ['a priority beyond its bounds', { inputs: texts(1), priority: 101 }, /priority/],
    [
      'metadata that is too large',
      { inputs: [{ file: { text: 'x' }, metadata: { x: 'x'.repeat(11_000) } }] },
      /inputs\.0\.metadata/,
    ],
  ])('is refused with %s, naming the field', async (_, body, field) => {
    const { status, body: error } = await sendRaw(`${service.url}/classify_runs/batch`, 'acme-key', {
      body: JSON.stringify({ classifier: { id: classifierId }, ...body }),
    });

    expect(status).toBe(400);
    expect(error.code).toBe('INVALID_REQUEST');
    expect(error.message).toMatch(field);
  });

  test('is refused without a classifier, or with a version that is not there', async () => {
    const without = await sendRaw(`${service.url}/classify_runs/batch`, 'acme-key', {
      body: JSON.stringify({ inputs: texts(1) }),
    });
    expect(without).toMatchObject({ status: 400, body: { message: expect.stringContaining('classifier') } });
    const unknown = acme.classifyRuns.createBatch({
      classifier: { id: classifierId, version: '9.9' },
      inputs: texts(1),
    });
    expect(await extendErrorOf(unknown)).toMatchObject({ status: 404, name: 'NotFoundError' });
  });

  test('is refused as a whole when not all of it fits into the quota', async () => {
    const poor = extendClient(service.url, 'poor-key');
    const own = await poor.classifiers.create({ name: 'Mail', config });

    const tooMany = poor.classifyRuns.createBatch({ classifier: { id: own.id }, inputs: texts(6) });
    expect(await extendErrorOf(tooMany)).toMatchObject({ status: 402, name: 'PaymentRequiredError' });
    const fits = await poor.classifyRuns.createBatch({ classifier: { id: own.id }, inputs: texts(5) });
    expect((await finished(poor, fits.id)).status).toBe('PROCESSED');
  });

  test.each(['bpr_0198c7e2a4b01f3c9d5e7a8b0c1d2e3f', 'clr_x', "bpr_' OR 1=1", 'bpr_..%2f..'])(
    'is not found under %s',
    async (id) => {
      expect(await extendErrorOf(acme.batchRuns.get(id))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    },
  );
});
