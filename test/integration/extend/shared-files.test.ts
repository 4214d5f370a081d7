import type { ExtendClient } from 'extend-ai';
import { afterEach, describe, expect, test } from 'vitest';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { invoiceOrOther as config, invoiceText } from '../../support/extend-config.ts';
import { startService, type TestService } from '../../support/service.ts';
import { serviceStores } from '../../support/store-kinds.ts';

let service: TestService;
let acme: ExtendClient;

afterEach(() => service[Symbol.asyncDispose]());

/** No worker looks at what was accepted yet. */
async function start(settings: Readonly<Record<string, string>>): Promise<void> {
  service = await startService({ API_KEYS: 'acme:acme-key', QUEUES: 'model', ...settings });
  acme = extendClient(service.url, 'acme-key');
}

async function ended(id: string) {
  const run = () => acme.classifyRuns.retrieve(id);
  await expect.poll(async () => (await run()).status, { timeout: 50_000 }).toMatch(/^(PROCESSED|FAILED|CANCELLED)$/);
  return run();
}

async function runsOfBatch(batchId: string): Promise<string[]> {
  const list = async () => (await acme.classifyRuns.list({ batchId, maxPageSize: 100 })).data;
  await expect.poll(async () => (await list()).map(({ status }) => status), { timeout: 50_000 }).toEqual(['PROCESSED']);
  return (await list()).map(({ status }) => status);
}

describe.each(serviceStores())('a file that several runs name, in %s', (_, settings) => {
  test('is there for the runs and batches that were accepted, although the run that it came with is deleted', async () => {
    await start(settings);
    const first = await acme.classifyRuns.create({ file: { text: invoiceText }, config });
    const file = { id: first.file?.id ?? '' };
    const second = await acme.classifyRuns.create({ file, config });
    const classifier = await acme.classifiers.create({ name: 'Mail', config });
    const batch = await acme.classifyRuns.createBatch({ classifier: { id: classifier.id }, inputs: [{ file }] });

    await acme.classifyRuns.delete(first.id);
    await service.serve(['workflow', 'render']);

    expect(await ended(second.id)).toMatchObject({ status: 'PROCESSED', file });
    expect(await runsOfBatch(batch.id)).toEqual(['PROCESSED']);
  });

  test('is gone for everybody once its owner deletes it, but for the runs and batches that were accepted', async () => {
    await start(settings);
    const file = { id: (await acme.files.upload(new File([invoiceText], 'a.txt'), {})).id };
    const run = await acme.classifyRuns.create({ file, config });
    const classifier = await acme.classifiers.create({ name: 'Mail', config });
    const batch = await acme.classifyRuns.createBatch({ classifier: { id: classifier.id }, inputs: [{ file }] });

    await acme.files.delete(file.id);
    expect(await extendErrorOf(acme.files.retrieve(file.id))).toMatchObject({ status: 404 });
    expect(await extendErrorOf(acme.classifyRuns.create({ file, config }))).toMatchObject({ status: 404 });
    await service.serve(['workflow', 'render']);

    expect(await ended(run.id)).toMatchObject({ status: 'PROCESSED', file: null });
    expect(await runsOfBatch(batch.id)).toEqual(['PROCESSED']);
    const left = () => Array.fromAsync(service.store.list(`tenants/acme/files/${file.id}/`), ({ key }) => key);
    await expect.poll(left).toEqual([]);
  });
});

describe('the document of an evaluation item', () => {
  test('stays when the run that it came with is deleted, and can be evaluated', async () => {
    service = await startService({ API_KEYS: 'acme:acme-key' });
    acme = extendClient(service.url, 'acme-key');
    const run = await acme.classify({ file: { text: invoiceText }, config });
    const classifier = await acme.classifiers.create({ name: 'Mail', config });
    const { id: evaluationSetId } = await acme.evaluationSets.create({ name: 'Mail', entityId: classifier.id });
    const expectedOutput = { id: 'inv', type: 'invoice' };
    await acme.evaluationSetItems.create(evaluationSetId, { items: [{ fileId: run.file?.id ?? '', expectedOutput }] });

    await acme.classifyRuns.delete(run.id);
    const { id } = await acme.evaluationSetRuns.create({ evaluationSetId });

    const read = () => acme.evaluationSetRuns.retrieve(id);
    await expect.poll(async () => (await read()).status, { timeout: 50_000 }).toBe('PROCESSED');
    expect((await read()).metrics).toMatchObject({ numFiles: 1, accuracy: 1 });
  });
});
