import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleInvoice } from '../../support/documents.ts';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { invoiceOrOther as config, invoiceText } from '../../support/extend-config.ts';
import { finishedJob, getJob, startService, submit, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;
let globex: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key,small:small-key', QUOTAS: 'small:1' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
});
afterAll(() => service[Symbol.asyncDispose]());

async function upload(): Promise<string> {
  return (await acme.files.upload(new File([sampleInvoice], 'invoice.pdf'), {})).id;
}

describe('a classifier of a run', () => {
  test('is named in it with the version that applied, and overridden member by member', async () => {
    const classifier = await acme.classifiers.create({ name: 'Mail', config: { ...config, classificationRules: 'a' } });
    const { id } = classifier;
    const version = await acme.classifierVersions.create(id, { releaseType: 'minor' });
    await acme.classifiers.update(id, { config: { classifications: config.classifications.slice(1) } });
    const overrideConfig = { classificationRules: 'b', advancedOptions: { context: 'max' as const } };

    const latest = await acme.classify({ file: { text: invoiceText }, classifier: { id, overrideConfig } });
    const draft = await acme.classify({ file: { text: invoiceText }, classifier: { id, version: 'draft' } });

    expect(latest).toMatchObject({
      status: 'PROCESSED',
      classifier: { object: 'classifier', id, name: 'Mail' },
      classifierVersion: { object: 'classifier_version', id: version.id, version: '0.1', classifierId: id },
      config: { ...config, ...overrideConfig },
      output: { id: 'inv' },
    });
    expect(draft).toMatchObject({ classifierVersion: { version: 'draft' }, output: { id: 'oth' } });
  });

  test('of another tenant, or a version that is not there, is a 404', async () => {
    const { id } = await acme.classifiers.create({ name: 'Ours', config });
    const file = { text: invoiceText };

    expect(await extendErrorOf(globex.classifyRuns.create({ file, classifier: { id } }))).toMatchObject({
      status: 404,
    });
    expect(await extendErrorOf(acme.classifyRuns.create({ file, classifier: { id, version: '7.0' } }))).toMatchObject({
      status: 404,
      message: expect.stringContaining('has no version "7.0"'),
    });
  });
});

describe('the two contracts', () => {
  test('read each other: a job is a run, with its categories as classifications', async () => {
    const headers = { 'api-key': 'acme-key' };
    const categories = [{ name: 'invoice', description: 'a bill' }, 'letter'];
    const jobId = await submit(service.url, {
      file: sampleInvoice,
      categories,
      headers,
      fields: { metadata: '{"a":1}' },
    });
    await finishedJob(service.url, jobId, headers);

    const run = await acme.classifyRuns.retrieve(`clr_${jobId}`);

    expect(run).toMatchObject({
      id: `clr_${jobId}`,
      status: 'PROCESSED',
      output: { id: 'invoice', type: 'invoice' },
      config: {
        classifications: [
          { id: 'invoice', type: 'invoice', description: 'a bill' },
          { id: 'letter', type: 'letter', description: '' },
          { id: 'other', type: 'other' },
        ],
      },
      metadata: { a: 1 },
      file: null,
    });
  });

  test('read each other: a run is a job', async () => {
    const run = await acme.classify({ file: { id: await upload() }, config });

    const job = await getJob(service.url, run.id.replace('clr_', ''), { 'api-key': 'acme-key' });

    expect(job).toMatchObject({ status: 'completed', result: { classification: 'invoice', total_pages: 2 } });
  });
});

describe('tenants and quotas', () => {
  test("another tenant's run is as absent as one that never was, whatever is done to it", async () => {
    const { id } = await acme.classify({ file: { text: invoiceText }, config });
    const ids = [id, 'clr_0b8a2b5e-52a5-4bf4-a1b0-3a7c1a9d1c55', 'clr_', 'cl_1', `clr_${'x'.repeat(300)}`];

    for (const each of ids) {
      const answers = await Promise.all([
        extendErrorOf(globex.classifyRuns.retrieve(each)),
        extendErrorOf(globex.classifyRuns.cancel(each)),
        extendErrorOf(globex.classifyRuns.delete(each)),
      ]);
      for (const { status, name, code, message } of answers) {
        expect([status, name, code]).toEqual([404, 'NotFoundError', 'NOT_FOUND']);
        expect(message).toBe(`There is no classify run "${each.slice(0, 80)}".`);
      }
    }
    expect((await globex.classifyRuns.list({})).data).toEqual([]);
    expect((await acme.classifyRuns.retrieve(id)).status).toBe('PROCESSED');
  });

  test('a quota that is used up is a 402, and leaves no file behind', async () => {
    const small = extendClient(service.url, 'small-key');
    await small.classify({ file: { text: invoiceText }, config });

    const [sync, async] = await Promise.all([
      extendErrorOf(small.classify({ file: { text: invoiceText }, config })),
      extendErrorOf(small.classifyRuns.create({ file: { text: invoiceText }, config })),
    ]);

    for (const error of [sync, async]) {
      expect(error).toMatchObject({
        status: 402,
        name: 'PaymentRequiredError',
        code: 'USAGE_BLOCKED',
        retryable: false,
      });
    }
    expect((await small.files.list({})).data).toHaveLength(1);
  });
});
