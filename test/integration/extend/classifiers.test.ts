import type { Extend } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,empty:empty-key,paged:paged-key' });
  acme = extendClient(service.url, 'acme-key');
});
afterAll(() => service[Symbol.asyncDispose]());

const other = { id: 'other', type: 'other', description: 'Any other document' };
const config = {
  classifications: [{ id: 'invoice', type: 'invoice', description: 'asks for payment' }, other],
  classificationRules: 'A reminder is an invoice.',
} satisfies Extend.ClassifyConfig;
const otherConfig = { classifications: [other] } satisfies Extend.ClassifyConfig;

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

async function create(name = 'Mail') {
  return acme.classifiers.create({ name, config });
}

describe('a classifier', () => {
  test('is created with its draft, every key there, and read as it was created', async () => {
    const created = await create();

    expect(created).toStrictEqual({
      object: 'classifier',
      id: expect.stringMatching(/^cl_\w+$/),
      name: 'Mail',
      createdAt: instant,
      updatedAt: created.createdAt,
      draftVersion: {
        object: 'classifier_version',
        id: expect.stringMatching(/^clv_\w+$/),
        description: null,
        version: 'draft',
        config,
        classifierId: created.id,
        createdAt: instant,
        createdBy: { type: 'api_key', name: 'acme' },
      },
    });
    expect(await acme.classifiers.retrieve(created.id)).toStrictEqual(created);
  });

  test('keeps and gives back options that are not known here', async () => {
    const unknown = {
      ...config,
      baseProcessor: 'classification_instant',
      baseVersion: '9.9.9',
      advancedOptions: {
        context: 'max' as const,
        memoryEnabled: true,
        pageRanges: [{ start: 1, end: 2 }],
        tomorrow: { a: [1] },
      },
      parseConfig: { target: 'markdown' as const, engineVersion: '99' },
      surprise: null,
    };
    const { id, draftVersion } = await acme.classifiers.create({ name: 'New', config: unknown });

    expect(draftVersion.config).toEqual(unknown);
    expect((await acme.classifiers.retrieve(id)).draftVersion.config).toEqual(unknown);
  });

  test('without a configuration has a draft of the one type that none may lack', async () => {
    const { draftVersion } = await acme.classifiers.create({ name: 'Later' });

    expect(draftVersion.config.classifications).toEqual([other]);
  });

  test('can be a copy of the draft of another, which goes its own way', async () => {
    const original = await create();
    const copy = await acme.classifiers.create({ name: 'Copy', cloneClassifierId: original.id });
    await acme.classifiers.update(original.id, { config: otherConfig });

    expect(copy.id).not.toBe(original.id);
    expect((await acme.classifiers.retrieve(copy.id)).draftVersion.config).toEqual(config);
  });

  test('changes its name alone, its draft alone, or both; a configuration is replaced as a whole', async () => {
    const created = await create();

    const renamed = await acme.classifiers.update(created.id, { name: 'Post' });
    expect(renamed).toEqual({ ...created, name: 'Post', updatedAt: instant });
    const changed = await acme.classifiers.update(created.id, { config: otherConfig });
    expect(changed).toMatchObject({ name: 'Post', createdAt: created.createdAt });
    expect(changed.draftVersion).toEqual({ ...created.draftVersion, config: otherConfig });
    expect(changed.updatedAt >= renamed.updatedAt).toBe(true);
    expect(await acme.classifiers.update(created.id, {})).toEqual(changed);
  });
});

describe('versions', () => {
  test('are published with every key there, minor and major, and never change', async () => {
    const { id } = await create();
    const first = await acme.classifierVersions.create(id, { releaseType: 'minor', description: 'First' });
    const second = await acme.classifierVersions.create(id, { releaseType: 'major', config: otherConfig });
    await acme.classifiers.update(id, { config: otherConfig });

    expect(first).toStrictEqual({
      object: 'classifier_version',
      id: expect.stringMatching(/^clv_\w+$/),
      description: 'First',
      version: '0.1',
      config,
      classifierId: id,
      createdAt: instant,
      createdBy: { type: 'api_key', name: 'acme' },
    });
    expect(second).toMatchObject({ version: '1.0', description: null, config: otherConfig });
    expect(await acme.classifierVersions.retrieve(id, '0.1')).toStrictEqual(first);
    expect(await acme.classifierVersions.retrieve(id, first.id)).toStrictEqual(first);
    expect(await acme.classifierVersions.retrieve(id, 'latest')).toStrictEqual(second);
  });

  test('that are published with a configuration of their own leave the draft as it is', async () => {
    const { id } = await create();
    await acme.classifierVersions.create(id, { releaseType: 'minor', config: otherConfig });

    expect((await acme.classifierVersions.retrieve(id, 'draft')).config).toEqual(config);
  });

  test('are the draft alone at first, which `latest` means then', async () => {
    const { id, draftVersion } = await create();
    const { config: _, ...summary } = draftVersion;

    expect(await acme.classifierVersions.retrieve(id, 'draft')).toStrictEqual(draftVersion);
    expect(await acme.classifierVersions.retrieve(id, 'latest')).toStrictEqual(draftVersion);
    expect(await acme.classifierVersions.retrieve(id, draftVersion.id)).toStrictEqual(draftVersion);
    expect(await acme.classifierVersions.list(id)).toStrictEqual({ object: 'list', data: [summary] });
  });

  test('are listed draft first, then newest first, or oldest first on request, page by page', async () => {
    const { id } = await create();
    for (let minor = 1; minor <= 11; minor++) await acme.classifierVersions.create(id, { releaseType: 'minor' });

    const all = await acme.classifierVersions.list(id);
    const oldestFirst = await acme.classifierVersions.list(id, { sortDir: 'asc' });
    const pages: string[][] = [];
    let nextPageToken: string | undefined;
    do {
      const page = await acme.classifierVersions.list(id, { maxPageSize: 5, ...(nextPageToken && { nextPageToken }) });
      pages.push(page.data.map(({ version }) => version));
      ({ nextPageToken } = page);
    } while (nextPageToken !== undefined);

    const numbers = Array.from({ length: 11 }, (_, index) => `0.${11 - index}`);
    expect(all.data.map(({ version }) => version)).toEqual(['draft', ...numbers]);
    expect(oldestFirst.data.map(({ version }) => version)).toEqual(['draft', ...numbers.toReversed()]);
    expect(pages.map((page) => page.length)).toEqual([5, 5, 2]);
    expect(pages.flat()).toEqual(['draft', ...numbers]);
  });

  test('that twenty callers publish at once have twenty numbers, and none is lost', async () => {
    const { id } = await create();

    const published = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        acme.classifierVersions.create(id, { releaseType: 'minor', description: `by ${index}` }),
      ),
    );

    const { data } = await acme.classifierVersions.list(id, { maxPageSize: 100 });
    const expected = Array.from({ length: 20 }, (_, index) => `0.${20 - index}`);
    expect(data.slice(1).map(({ version }) => version)).toEqual(expected);
    expect(new Set(data.slice(1).map(({ description }) => description)).size).toBe(20);
    expect(new Set(published.map(({ version }) => version)).size).toBe(20);
  });
});

describe('the list of classifiers', () => {
  test('is empty at first', async () => {
    expect(await extendClient(service.url, 'empty-key').classifiers.list()).toStrictEqual({ object: 'list', data: [] });
  });

  test('has summaries, sorted by creation or by the last change, in pages whose token ends with the last', async () => {
    const client = extendClient(service.url, 'paged-key');
    const created: Extend.Classifier[] = [];
    for (let index = 0; index < 5; index++) created.push(await client.classifiers.create({ name: `Mail ${index}` }));
    const ids = created.map(({ id }) => id);
    await client.classifierVersions.create(ids[1] ?? '', { releaseType: 'minor' });
    await client.classifiers.update(ids[2] ?? '', { name: 'Changed' });
    const listed = async (request: Extend.ClassifiersListRequest) =>
      (await client.classifiers.list(request)).data.map(({ id }) => ids.indexOf(id));

    expect((await client.classifiers.list()).data[0]).toStrictEqual({
      object: 'classifier',
      id: ids[4],
      name: 'Mail 4',
      createdAt: instant,
      updatedAt: instant,
    });
    expect(await listed({})).toEqual([4, 3, 2, 1, 0]);
    expect(await listed({ sortBy: 'createdAt', sortDir: 'asc' })).toEqual([0, 1, 2, 3, 4]);
    expect(await listed({ sortBy: 'updatedAt', sortDir: 'desc' })).toEqual([2, 4, 3, 1, 0]);
    expect(await listed({ sortBy: 'updatedAt', sortDir: 'asc' })).toEqual([0, 1, 3, 4, 2]);
    for (const sortBy of ['createdAt', 'updatedAt'] as const) {
      const order = await listed({ sortBy });
      const first = await client.classifiers.list({ sortBy, maxPageSize: 2 });
      const second = await client.classifiers.list({
        sortBy,
        maxPageSize: 3,
        nextPageToken: first.nextPageToken ?? '',
      });
      expect([...first.data, ...second.data].map(({ id }) => ids.indexOf(id))).toEqual(order);
      expect(first.nextPageToken).toEqual(expect.any(String));
      expect(second).not.toHaveProperty('nextPageToken');
    }
  });

  test('refuses parameters that mean nothing, by their name', async () => {
    const { nextPageToken = '' } = await extendClient(service.url, 'paged-key').classifiers.list({ maxPageSize: 1 });
    const errors = await Promise.all(
      [
        acme.classifiers.list({ maxPageSize: 0 }),
        acme.classifiers.list({ sortBy: 'name' }),
        acme.classifiers.list({ sortDir: 'up' }),
        acme.classifiers.list({ nextPageToken: 'nonsense+/=' }),
        acme.classifiers.list({ nextPageToken }),
      ].map(extendErrorOf),
    );

    expect(errors.map(({ name }) => name)).toEqual(Array.from({ length: 5 }, () => 'BadRequestError'));
    const fields = ['maxPageSize', 'sortBy', 'sortDir', 'nextPageToken', 'nextPageToken'];
    expect(errors.map(({ message }) => message.split(' ')[0])).toEqual(fields);
  });
});
