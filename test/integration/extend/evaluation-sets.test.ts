import type { Extend, ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdfWithPages } from '../../support/documents.ts';
import { extendClient, extendErrorOf, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ExtendClient;
let globex: ExtendClient;
let classifierId: string;

const classifications = [
  { id: 'bill', type: 'invoice', description: 'asks for payment' },
  { id: 'other', type: 'other', description: 'anything else' },
];
const invoice = { id: 'bill', type: 'invoice' };
const other = { id: 'other', type: 'other' };
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
  classifierId = (await acme.classifiers.create({ name: 'Mail', config: { classifications } })).id;
});
afterAll(() => service[Symbol.asyncDispose]());

const bytes = pdfWithPages(['Invoice']);

async function newFile(name = 'document.pdf', client = acme): Promise<string> {
  return (await client.files.upload(new File([bytes], name), {})).id;
}

async function newSet(): Promise<string> {
  return (await acme.evaluationSets.create({ name: 'Test', entityId: classifierId })).id;
}

async function newItem(setId: string, expectedOutput = invoice): Promise<Extend.EvaluationSetItem> {
  const { evaluationSetItems } = await acme.evaluationSetItems.create(setId, {
    items: [{ fileId: await newFile(), expectedOutput }],
  });
  const [item] = evaluationSetItems;
  if (!item) throw new Error('no item was created');
  return item;
}

describe('an evaluation set', () => {
  test('is created with every key there, and read as it was created', async () => {
    const { draftVersion: _, ...entity } = await acme.classifiers.retrieve(classifierId);
    const created = await acme.evaluationSets.create({ name: 'Q4', description: 'Invoices', entityId: classifierId });

    expect(created).toStrictEqual({
      object: 'evaluation_set',
      id: expect.stringMatching(/^ev_\w+$/),
      name: 'Q4',
      description: 'Invoices',
      entity,
      createdAt: instant,
      updatedAt: created.createdAt,
      createdBy: { type: 'api_key', name: 'acme' },
    });
    expect(await acme.evaluationSets.retrieve(created.id)).toStrictEqual(created);
  });

  test('has an empty description where none was given', async () => {
    expect((await acme.evaluationSets.retrieve(await newSet())).description).toBe('');
  });

  test('is listed with the others, or with those for the same classifier', async () => {
    const { id: entityId } = await acme.classifiers.create({ name: 'Letters' });
    const sets: string[] = [];
    for (const name of ['a', 'b', 'c']) sets.push((await acme.evaluationSets.create({ name, entityId })).id);
    await newItem(await newSet());

    const first = await acme.evaluationSets.list({ entityId, maxPageSize: 2 });
    const second = await acme.evaluationSets.list({ entityId, nextPageToken: first.nextPageToken ?? '' });
    const oldestFirst = await acme.evaluationSets.list({ entityId, sortBy: 'updatedAt', sortDir: 'asc' });

    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(sets.toReversed());
    expect(second).not.toHaveProperty('nextPageToken');
    expect(oldestFirst.data.map(({ id }) => id)).toEqual(sets);
    expect((await acme.evaluationSets.list()).data.length).toBeGreaterThan(3);
  });
});

describe('items', () => {
  test('are created in order, up to a hundred at once, and read one by one', async () => {
    const setId = await newSet();
    const items: Extend.EvaluationSetItemsCreateRequestItemsItem[] = [];
    const files = [await newFile('0.pdf'), await newFile('1.pdf')];
    for (let index = 0; index < 100; index++) {
      items.push({ fileId: files[index % 2] ?? '', expectedOutput: index % 3 === 0 ? invoice : other });
    }

    const { evaluationSetItems: created } = await acme.evaluationSetItems.create(setId, { items });

    expect(created.map(({ file, expectedOutput }) => ({ fileId: file.id, expectedOutput }))).toEqual(items);
    expect(created[7]).toStrictEqual({
      object: 'evaluation_set_item',
      id: expect.stringMatching(/^evi_\w+$/),
      evaluationSetId: setId,
      file: {
        object: 'file',
        id: items[7]?.fileId,
        name: '1.pdf',
        type: 'PDF',
        parentFileId: null,
        metadata: {},
        createdAt: instant,
        updatedAt: instant,
      },
      expectedOutput: other,
      createdBy: { type: 'api_key', name: 'acme' },
    });
    expect(await acme.evaluationSetItems.retrieve(setId, created[7]?.id ?? '')).toStrictEqual(created[7]);
    const oldestFirst = await acme.evaluationSetItems.list(setId, { maxPageSize: 100, sortDir: 'asc' });
    expect(oldestFirst.data.map(({ id }) => id)).toEqual(created.map(({ id }) => id));
  });

  test('are listed without what is expected, newest first, page by page', async () => {
    const setId = await newSet();
    const created = [await newItem(setId), await newItem(setId), await newItem(setId)];

    const first = await acme.evaluationSetItems.list(setId, { maxPageSize: 2 });
    const second = await acme.evaluationSetItems.list(setId, { nextPageToken: first.nextPageToken ?? '' });

    const summaries = created.map(({ object, id, file, createdBy }) => ({ object, id, file, createdBy }));
    expect([...first.data, ...second.data]).toStrictEqual(summaries.toReversed());
    expect(second).not.toHaveProperty('nextPageToken');
  });

  test('can be expected to be something else, and deleted', async () => {
    const setId = await newSet();
    const item = await newItem(setId);

    expect(await acme.evaluationSetItems.update(setId, item.id, { expectedOutput: other })).toStrictEqual({
      ...item,
      expectedOutput: other,
    });
    expect(await acme.evaluationSetItems.delete(setId, item.id)).toStrictEqual({ id: item.id });
    expect(await extendErrorOf(acme.evaluationSetItems.retrieve(setId, item.id))).toMatchObject({ status: 404 });
    expect(await extendErrorOf(acme.evaluationSetItems.delete(setId, item.id))).toMatchObject({ status: 404 });
    expect((await acme.evaluationSetItems.list(setId)).data).toEqual([]);
  });

  test('still tell of their file when it is deleted', async () => {
    const setId = await newSet();
    const item = await newItem(setId);
    await acme.files.delete(item.file.id);

    expect(await acme.evaluationSetItems.retrieve(setId, item.id)).toStrictEqual(item);
  });

  test('may expect what only the published version of the classifier says', async () => {
    const { id: entityId } = await acme.classifiers.create({ name: 'Changing', config: { classifications } });
    await acme.classifierVersions.create(entityId, { releaseType: 'minor' });
    await acme.classifiers.update(entityId, { config: { classifications: [{ ...other, description: '' }] } });
    const { id: setId } = await acme.evaluationSets.create({ name: 'Test', entityId });

    expect((await newItem(setId, invoice)).expectedOutput).toEqual(invoice);
  });
});

describe('another tenant', () => {
  test('finds neither the set nor its items, and can refer to nothing of it', async () => {
    const setId = await newSet();
    const item = await newItem(setId);
    const { id: entityId } = await globex.classifiers.create({ name: 'Own', config: { classifications } });
    const { id: ownSet } = await globex.evaluationSets.create({ name: 'Own', entityId });

    const errors = await Promise.all(
      [
        globex.evaluationSets.retrieve(setId),
        globex.evaluationSets.create({ name: 'Test', entityId: classifierId }),
        globex.evaluationSetItems.list(setId),
        globex.evaluationSetItems.create(setId, { items: [{ fileId: item.file.id, expectedOutput: invoice }] }),
        globex.evaluationSetItems.retrieve(setId, item.id),
        globex.evaluationSetItems.update(setId, item.id, { expectedOutput: other }),
        globex.evaluationSetItems.delete(setId, item.id),
        globex.evaluationSetItems.retrieve(ownSet, item.id),
        globex.evaluationSetItems.create(ownSet, { items: [{ fileId: item.file.id, expectedOutput: invoice }] }),
      ].map(extendErrorOf),
    );

    for (const error of errors) expect(error).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND' });
    expect((await globex.evaluationSets.list()).data.map(({ id }) => id)).toEqual([ownSet]);
    expect(await acme.evaluationSetItems.retrieve(setId, item.id)).toStrictEqual(item);
  });
});

describe('a request that is wrong', () => {
  test.each([
    ['name', 400, {}],
    ['entityId', 400, { name: 'a' }],
    ['entityId', 404, { name: 'a', entityId: 'cl_none' }],
    ['entityId', 404, { name: 'a', entityId: 'ex_none' }],
    ['description', 400, { name: 'a', description: 7, entityId: 'cl_none' }],
  ])('creates no set, and names the field: %s', async (field, status, body) => {
    const answer = await sendRaw(`${service.url}/evaluation_sets`, 'acme-key', { body: JSON.stringify(body) });

    expect(answer.status).toBe(status);
    expect(answer.body.message.startsWith(`${field}: `)).toBe(true);
  });

  test('creates none of its items, and names the field of the one that is wrong', async () => {
    const setId = await newSet();
    const good = { fileId: await newFile(), expectedOutput: invoice };
    const foreign = { fileId: await newFile('foreign.pdf', globex), expectedOutput: invoice };
    const wrong = [
      ['items', 400, {}],
      ['items', 400, { items: [] }],
      ['items', 400, { items: Array.from({ length: 101 }, () => good) }],
      ['items.1.fileId', 400, { items: [good, { expectedOutput: invoice }] }],
      ['items.1.fileId', 404, { items: [good, { ...good, fileId: 'file_none' }] }],
      ['items.1.fileId', 404, { items: [good, foreign] }],
      ['items.1.expectedOutput.type', 400, { items: [good, { ...good, expectedOutput: { id: 'bill' } }] }],
      ['items.1.expectedOutput', 400, { items: [good, { ...good, expectedOutput: { id: 'bill', type: 'other' } }] }],
    ] as const;

    for (const [field, status, body] of wrong) {
      const answer = await sendRaw(`${service.url}/evaluation_sets/${setId}/items`, 'acme-key', {
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(status);
      expect(answer.body.message.startsWith(`${field}: `)).toBe(true);
    }
    expect((await acme.evaluationSetItems.list(setId)).data).toEqual([]);
  });

  test('changes nothing about an item', async () => {
    const setId = await newSet();
    const item = await newItem(setId);

    for (const expectedOutput of [{ id: 'bill', type: 'contract' }, { id: 'other' }, null]) {
      const answer = await sendRaw(`${service.url}/evaluation_sets/${setId}/items/${item.id}`, 'acme-key', {
        body: JSON.stringify({ expectedOutput }),
      });
      expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_REQUEST']);
      expect(answer.body.message.startsWith('expectedOutput')).toBe(true);
    }
    expect(await acme.evaluationSetItems.retrieve(setId, item.id)).toStrictEqual(item);
  });
});
