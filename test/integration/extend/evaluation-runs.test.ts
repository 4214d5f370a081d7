import type { Extend, ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluationRunKey } from '../../../src/records/evaluations/evaluation-keys.ts';
import { readEvaluationRun } from '../../../src/records/evaluations/evaluation-runs.ts';
import { writeJson } from '../../../src/records/json-documents.ts';
import { corruptPdf, pdfWithPages } from '../../support/documents.ts';
import { extendClient, extendErrorOf, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ExtendClient;
let globex: ExtendClient;
let classifierId: string;
let invoiceFile: string;
let letterFile: string;
let corruptFile: string;

const classifications = [
  { id: 'bill', type: 'invoice', description: 'An invoice: asks for payment of an amount due' },
  { id: 'letter', type: 'letter', description: 'A letter: Dear Sir or Madam, yours sincerely' },
  { id: 'other', type: 'other', description: 'Anything else' },
];
const invoice = { id: 'bill', type: 'invoice' };
const letter = { id: 'letter', type: 'letter' };
const other = { id: 'other', type: 'other' };

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
  classifierId = (await acme.classifiers.create({ name: 'Mail', config: { classifications } })).id;
  invoiceFile = await upload(pdfWithPages(['Invoice 4711, amount due 12.00', 'Total amount due of this invoice']));
  letterFile = await upload(pdfWithPages(['Dear Sir or Madam, I write this letter to you. Yours sincerely']));
  corruptFile = await upload(corruptPdf);
});
afterAll(() => service[Symbol.asyncDispose]());

async function upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return (await acme.files.upload(new File([bytes], 'document.pdf', { type: 'application/pdf' }), {})).id;
}

async function newSet(
  items: readonly (readonly [fileId: string, expectedOutput: Extend.ProvidedClassifyOutput])[],
): Promise<{ readonly evaluationSetId: string; readonly itemIds: string[] }> {
  const { id: evaluationSetId } = await acme.evaluationSets.create({ name: 'Test', entityId: classifierId });
  const { evaluationSetItems } = await acme.evaluationSetItems.create(evaluationSetId, {
    items: items.map(([fileId, expectedOutput]) => ({ fileId, expectedOutput })),
  });
  return { evaluationSetId, itemIds: evaluationSetItems.map(({ id }) => id) };
}

async function finished({ id }: Extend.EvaluationSetRun): Promise<Extend.EvaluationSetRun> {
  const isOver = async () => !['PENDING', 'PROCESSING'].includes((await acme.evaluationSetRuns.retrieve(id)).status);
  await expect.poll(isOver, { timeout: 50_000 }).toBe(true);
  return acme.evaluationSetRuns.retrieve(id);
}

describe('an evaluation', () => {
  test('measures the draft by all items of the set; a file that is damaged or deleted is one that is not right', async () => {
    const deletedFile = await upload(pdfWithPages(['Dear Sir or Madam']));
    const { evaluationSetId } = await newSet([
      [invoiceFile, invoice],
      [invoiceFile, other],
      [corruptFile, invoice],
      [letterFile, letter],
      [deletedFile, letter],
    ]);
    await acme.files.delete(deletedFile);

    const started = await acme.evaluationSetRuns.create({ evaluationSetId });
    const run = await finished(started);

    const { draftVersion, ...entity } = await acme.classifiers.retrieve(classifierId);
    const { config: _, ...entityVersion } = draftVersion;
    expect(started).toStrictEqual({
      object: 'evaluation_set_run',
      id: expect.stringMatching(/^bpr_\w+$/),
      evaluationSetId,
      entity,
      entityVersion,
      metrics: { type: 'CLASSIFY', numFilesTotal: 5, numFilesProcessed: 0, numFiles: 0 },
      status: 'PENDING',
      options: {},
      createdAt: expect.any(String),
      updatedAt: started.createdAt,
    });
    const latency = expect.any(Number);
    expect(run).toStrictEqual({
      ...started,
      status: 'PROCESSED',
      updatedAt: expect.any(String),
      metrics: {
        type: 'CLASSIFY',
        numFilesTotal: 5,
        numFilesProcessed: 5,
        numFiles: 5,
        numPages: 5,
        accuracy: 0.4,
        classificationMetrics: {
          invoice: { countExpected: 2, countPredicted: 2, countCorrect: 1, precision: 0.5, recall: 0.5, f1: 0.5 },
          letter: { countExpected: 2, countPredicted: 1, countCorrect: 1, precision: 1, recall: 0.5, f1: 2 / 3 },
          other: { countExpected: 1, countPredicted: 0, countCorrect: 0, precision: 0, recall: 0, f1: 0 },
        },
        meanLatencyMs: latency,
        p50LatencyMs: latency,
        p90LatencyMs: latency,
        p95LatencyMs: latency,
        p99LatencyMs: latency,
      },
    });
    expect(await acme.evaluationSetRuns.retrieve(run.id)).toStrictEqual(run);
  });

  test('runs the items that are named, each once, with the version that is named', async () => {
    const { evaluationSetId, itemIds } = await newSet([
      [invoiceFile, invoice],
      [letterFile, letter],
    ]);
    const { id, version } = await acme.classifierVersions.create(classifierId, { releaseType: 'minor' });
    const [first = ''] = itemIds;

    const run = await finished(
      await acme.evaluationSetRuns.create({
        evaluationSetId,
        entity: { id: classifierId, version },
        evaluationSetItemIds: [first, first],
      }),
    );
    const { entityVersion: latest } = await acme.evaluationSetRuns.create({
      evaluationSetId,
      entity: { id: classifierId },
    });

    expect(run).toMatchObject({ status: 'PROCESSED', entityVersion: { id, version } });
    expect(run.metrics).toMatchObject({ numFilesTotal: 1, accuracy: 1 });
    expect(latest.id).toBe(id);
  });

  test('is also a batch, whose runs are found by its id', async () => {
    const { evaluationSetId } = await newSet([
      [invoiceFile, invoice],
      [letterFile, letter],
    ]);
    const run = await finished(await acme.evaluationSetRuns.create({ evaluationSetId }));

    expect(await acme.batchRuns.get(run.id)).toMatchObject({ id: run.id, status: 'PROCESSED', runCount: 2 });
    const listed = async () => (await acme.classifyRuns.list({ batchId: run.id, source: 'EVALUATION' })).data.length;
    await expect.poll(listed, { timeout: 20_000 }).toBe(2);
  });
});

describe('reading an evaluation', () => {
  async function ended(): Promise<string> {
    const { evaluationSetId } = await newSet([[invoiceFile, invoice]]);
    const { id } = await acme.evaluationSetRuns.create({ evaluationSetId });
    await expect.poll(async () => (await acme.batchRuns.get(id)).status, { timeout: 50_000 }).toBe('PROCESSED');
    return id;
  }

  test('changes nothing: it is measured by the time that its batch has ended', async () => {
    const id = await ended();
    const { outcome, updatedAt } = await readEvaluationRun(service.store, 'acme', id);
    const before = await service.store.head(evaluationRunKey('acme', id));

    const run = await acme.evaluationSetRuns.retrieve(id);

    expect(outcome).toMatchObject({ status: 'processed', accuracy: 1, filesProcessed: 1 });
    expect(run).toMatchObject({ status: 'PROCESSED', metrics: { accuracy: 1 }, updatedAt });
    expect(await service.store.head(evaluationRunKey('acme', id))).toEqual(before);
  });

  test('tells its measures and stores none where it ended under an earlier version', async () => {
    const id = await ended();
    const { outcome: _outcome, ...unmeasured } = await readEvaluationRun(service.store, 'acme', id);
    await writeJson(service.store, evaluationRunKey('acme', id), unmeasured);

    const run = await acme.evaluationSetRuns.retrieve(id);

    expect(run).toMatchObject({ status: 'PROCESSED', metrics: { accuracy: 1, numFilesProcessed: 1 } });
    expect(await readEvaluationRun(service.store, 'acme', id)).toEqual(unmeasured);
  });
});

describe('what an evaluation refers to', () => {
  test('must be there, and of the same tenant: the error names the field', async () => {
    const { evaluationSetId, itemIds } = await newSet([[invoiceFile, invoice]]);
    const { evaluationSetId: otherSet } = await newSet([[invoiceFile, invoice]]);
    const run = await acme.evaluationSetRuns.create({ evaluationSetId });
    const foreign = await globex.classifiers.create({ name: 'Own' });
    const calls: readonly (readonly [field: string, call: PromiseLike<unknown>])[] = [
      ['evaluationSetId', acme.evaluationSetRuns.create({ evaluationSetId: 'ev_none' })],
      ['evaluationSetId', globex.evaluationSetRuns.create({ evaluationSetId })],
      ['entity', acme.evaluationSetRuns.create({ evaluationSetId, entity: { id: foreign.id } })],
      ['entity', acme.evaluationSetRuns.create({ evaluationSetId, entity: { id: classifierId, version: '9.9' } })],
      [
        'evaluationSetItemIds.0',
        acme.evaluationSetRuns.create({ evaluationSetId: otherSet, evaluationSetItemIds: itemIds }),
      ],
      ['There is no evaluation set run', acme.evaluationSetRuns.retrieve('bpr_none')],
      ['There is no evaluation set run', globex.evaluationSetRuns.retrieve(run.id)],
    ];

    const errors = await Promise.all(calls.map(([, call]) => extendErrorOf(call)));

    for (const error of errors) expect(error).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND' });
    const named = calls.map(([field]) => expect.stringMatching(new RegExp(`^${field}\\b`)));
    expect(errors.map(({ message }) => message)).toEqual(named);
    await finished(run);
  });

  test('must be something to run', async () => {
    const { id: evaluationSetId } = await acme.evaluationSets.create({ name: 'Empty', entityId: classifierId });
    const bodies = [
      ['evaluationSetId', { evaluationSetId }],
      ['evaluationSetId', {}],
      ['evaluationSetItemIds', { evaluationSetId, evaluationSetItemIds: [] }],
      ['evaluationSetItemIds.0', { evaluationSetId, evaluationSetItemIds: [7] }],
      ['entity', { evaluationSetId, entity: classifierId }],
      ['entity.version', { evaluationSetId, entity: { id: classifierId, version: 1 } }],
    ] as const;

    for (const [field, body] of bodies) {
      const answer = await sendRaw(`${service.url}/evaluation_set_runs`, 'acme-key', { body: JSON.stringify(body) });
      expect(answer.status).toBe(400);
      expect(answer.body.message.startsWith(`${field}: `)).toBe(true);
    }
  });
});
