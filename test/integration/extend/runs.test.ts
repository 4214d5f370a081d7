import type { Extend } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corruptPdf, pdfWithPages, sampleInvoice } from '../../support/documents.ts';
import { extendClient } from '../../support/extend-client.ts';
import { instantPattern, invoiceOrOther as config, invoiceText } from '../../support/extend-config.ts';
import { getJob, startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
  acme = extendClient(service.url, 'acme-key');
});
afterAll(() => service[Symbol.asyncDispose]());

const instant = expect.stringMatching(instantPattern);
const passportText =
  'PASSPORT\nPassport No. C01X00T47\nNationality: UTOPIAN\nP<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<\n';

async function upload(bytes: Uint8Array<ArrayBuffer> = sampleInvoice, name = 'invoice.pdf'): Promise<string> {
  return (await acme.files.upload(new File([bytes], name), {})).id;
}

describe('a run', () => {
  test('is PROCESSING at first and can be read at once', async () => {
    const file = { id: await upload() };

    const created = await acme.classifyRuns.create({ file, config, metadata: { order: 7 } });
    const read = await acme.classifyRuns.retrieve(created.id);

    expect(created).toMatchObject({ status: 'PROCESSING', output: null, usage: null, config, metadata: { order: 7 } });
    expect(created.updatedAt).toBe(created.createdAt);
    expect(read).toMatchObject({ id: created.id, createdAt: created.createdAt, metadata: { order: 7 } });
  });

  test('ends with every key there: the classification, the reason, the file, the credits', async () => {
    const fileId = await upload();

    const run = await acme.classifyRuns.createAndPoll({ file: { id: fileId }, config });

    expect(run).toStrictEqual({
      object: 'classify_run',
      id: expect.stringMatching(/^clr_/),
      status: 'PROCESSED',
      output: {
        id: 'inv',
        type: 'invoice',
        confidence: expect.any(Number),
        insights: [{ type: 'reasoning', content: expect.stringMatching(/^Decided by "/) }],
      },
      classifier: null,
      classifierVersion: null,
      initialOutput: null,
      reviewedOutput: null,
      failureReason: null,
      failureMessage: null,
      metadata: null,
      reviewed: false,
      edited: false,
      config,
      file: {
        object: 'file',
        id: fileId,
        name: 'invoice.pdf',
        type: 'PDF',
        parentFileId: null,
        metadata: { pageCount: 2 },
        createdAt: instant,
        updatedAt: instant,
      },
      parseRunId: null,
      dashboardUrl: `${service.url}/classify/${run.id.replace('clr_', '')}`,
      usage: { credits: 2, totalCredits: 2, breakdown: [{ object: 'classify_run', id: run.id, credits: 2 }] },
      createdAt: instant,
      updatedAt: instant,
    });
    expect(run.updatedAt > run.createdAt).toBe(true);
    expect(await acme.classifyRuns.retrieve(run.id)).toStrictEqual(run);
  });

  test('says other where nothing else fits, and why', async () => {
    const run = await acme.classify({ file: { text: passportText }, config });

    expect(run).toMatchObject({
      status: 'PROCESSED',
      output: {
        id: 'oth',
        type: 'other',
        insights: [{ content: 'Too little on the page speaks for any of the categories.' }],
      },
    });
  });

  test('keeps, applies and echoes what it is told, also what is not known here', async () => {
    const given = {
      ...config,
      classificationRules: 'A reminder is an invoice.',
      baseProcessor: 'classification_instant',
      baseVersion: '9.9.9',
      advancedOptions: {
        context: 'max',
        memoryEnabled: true,
        pageRanges: [
          { start: 2, end: 3 },
          { start: 5, end: 9 },
        ],
      },
      parseConfig: { target: 'markdown' },
      later: { anything: true },
    } satisfies Extend.ClassifyConfig & Record<string, unknown>;
    const pages = ['one', 'two', 'three', 'four', 'five', 'six'].map((page) => `Invoice page ${page}, amount due`);

    const file = { id: await upload(pdfWithPages(pages)) };
    const run = await acme.classifyRuns.createAndPoll({ file, config: given });

    expect(run.config).toStrictEqual(given);
    expect(run.usage?.credits).toBe(4);
    const job = await getJob(service.url, run.id.replace('clr_', ''), { 'api-key': 'acme-key' });
    expect(job.result?.page_results?.map(({ page }) => page)).toEqual([2, 3, 5, 6]);
  });

  test('reads four pages unless it is told to read more', async () => {
    const file = { id: await upload(pdfWithPages(Array.from({ length: 6 }, () => 'Invoice, amount due'))) };

    const [preset, max] = await Promise.all([
      acme.classify({ file, config }),
      acme.classify({ file, config: { ...config, advancedOptions: { context: 'max' } } }),
    ]);

    expect([preset.usage?.credits, max.usage?.credits]).toEqual([4, 6]);
  });

  test('is answered for when it is over, by the synchronous call', async () => {
    const run = await acme.classify({ file: { text: invoiceText }, config, metadata: { a: [1] } });

    expect(run).toMatchObject({ status: 'PROCESSED', output: { type: 'invoice' }, metadata: { a: [1] } });
  });

  test('that fails is answered with 200, its reason and the sentence', async () => {
    const run = await acme.classify({ file: { id: await upload(corruptPdf, 'broken.pdf') }, config });

    expect(run).toMatchObject({
      status: 'FAILED',
      output: null,
      usage: null,
      failureReason: 'FAILED_TO_PROCESS_FILE',
      failureMessage: 'This PDF could not be opened — the file may be corrupt or in an unsupported format.',
    });
  });

  test('tells classifications of one type apart', async () => {
    const classifications = [
      { id: 'a', type: 'other', description: 'cooking recipes' },
      { id: 'b', type: 'other', description: 'an invoice with an amount due' },
    ];

    const { output } = await acme.classify({ file: { text: invoiceText }, config: { classifications } });

    expect(output).toMatchObject({ id: 'b', type: 'other' });
  });
});
