import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, extendErrorOf, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;
let globex: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
});
afterAll(() => service[Symbol.asyncDispose]());

const other = { id: 'other', type: 'other', description: 'Any other document' };
const config = { classifications: [other] };

async function create() {
  return acme.classifiers.create({ name: 'Mail', config });
}

describe('another tenant', () => {
  test('finds neither the classifier nor its versions, can change nothing, and sees nothing in its lists', async () => {
    const { id } = await create();
    const version = await acme.classifierVersions.create(id, { releaseType: 'minor' });
    const own = await globex.classifiers.create({ name: 'Own' });

    const errors = await Promise.all(
      [
        globex.classifiers.retrieve(id),
        globex.classifiers.update(id, { name: 'Mine' }),
        globex.classifiers.create({ name: 'Copy', cloneClassifierId: id }),
        globex.classifierVersions.create(id, { releaseType: 'minor' }),
        globex.classifierVersions.list(id),
        globex.classifierVersions.retrieve(id, '0.1'),
        globex.classifierVersions.retrieve(own.id, version.id),
      ].map(extendErrorOf),
    );

    for (const error of errors) expect(error).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND' });
    expect((await globex.classifiers.list()).data.map((classifier) => classifier.id)).toEqual([own.id]);
    expect((await acme.classifiers.retrieve(id)).name).toBe('Mail');
  });
});

describe('what is not there', () => {
  test.each(['cl_none', 'clr_0123', 'nonsense', 'a/../../b', ' ', 'cl_' + 'x'.repeat(300), 'constructor'])(
    'is a NotFoundError whose sentence repeats the id: %j',
    async (id) => {
      const error = await extendErrorOf(acme.classifiers.retrieve(id));

      expect(error).toMatchObject({ status: 404, name: 'NotFoundError', retryable: false });
      expect(error.message).toContain(id.slice(0, 40));
    },
  );

  test('is a version that was never published', async () => {
    const { id } = await create();

    for (const version of ['0.1', '1', 'newest', 'clv_none', 'clsv_0_1']) {
      const error = await extendErrorOf(acme.classifierVersions.retrieve(id, version));
      expect(error).toMatchObject({ name: 'NotFoundError' });
      expect(error.message).toContain(version);
    }
  });

  test('is a method that the contract does not have', async () => {
    const { id } = await create();

    for (const method of ['DELETE', 'PATCH', 'PUT']) {
      const { status, body } = await sendRaw(`${service.url}/classifiers/${id}`, 'acme-key', { method });
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    }
  });
});

describe('a request that is wrong', () => {
  const notText = { classifications: [{ ...other, type: '\ud800' }, other] };
  const withNul = { classifications: [other, { ...other, id: 'b', type: 'a\0b' }] };
  const notOther = { classifications: [{ id: 'a', type: 'a', description: '' }] };

  test.each([
    ['name', {}],
    ['name', { name: 7 }],
    ['name', { name: ' ' }],
    ['name', { name: null }],
    ['name', { name: 'x'.repeat(256) }],
    ['config', { name: 'a', config: [] }],
    ['config', { name: 'a', config: null }],
    ['config.classifications', { name: 'a', config: {} }],
    ['config.classifications', { name: 'a', config: { classifications: [] } }],
    ['config.classifications', { name: 'a', config: notOther }],
    ['config.classifications.0.id', { name: 'a', config: { classifications: [{ ...other, id: 7 }] } }],
    ['config.classifications.1.id', { name: 'a', config: { classifications: [other, other] } }],
    ['config.classifications.0.type', { name: 'a', config: notText }],
    ['config.classifications.1.type', { name: 'a', config: withNul }],
    ['config.advancedOptions', { name: 'a', config: { ...config, advancedOptions: 'max' } }],
    ['cloneClassifierId', { name: 'a', config, cloneClassifierId: 'cl_a' }],
    ['cloneClassifierId', { name: 'a', cloneClassifierId: 7 }],
    ['The request body', []],
    ['The request body', 'text'],
    ['The request body', null],
  ])('is refused by the name of the field: %s', async (field, body) => {
    const answer = await sendRaw(`${service.url}/classifiers`, 'acme-key', { body: JSON.stringify(body) });

    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', retryable: false } });
    expect(answer.body.message.startsWith(field)).toBe(true);
  });

  test.each([
    ['releaseType', {}],
    ['releaseType', { releaseType: 'patch' }],
    ['description', { releaseType: 'minor', description: 7 }],
    ['config.classifications', { releaseType: 'minor', config: notOther }],
    ['config.classifications.1.type', { releaseType: 'minor', config: withNul }],
  ])('publishes nothing: %s', async (field, body) => {
    const { id } = await create();
    const answer = await sendRaw(`${service.url}/classifiers/${id}/versions`, 'acme-key', {
      body: JSON.stringify(body),
    });

    expect(answer.status).toBe(400);
    expect(answer.body.message.startsWith(`${field}: `)).toBe(true);
    expect((await acme.classifierVersions.list(id)).data).toHaveLength(1);
  });

  test.each([
    ['malformed JSON', { body: '{"name": ' }, 'not valid JSON'],
    ['another content type', { body: 'name=a', contentType: 'application/x-www-form-urlencoded' }, 'application/json'],
    ['no body at all', { contentType: null }, 'application/json'],
    ['JSON nested by the thousand', { body: `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}` }, '100 levels'],
    [
      'JSON of a million values',
      { body: `{"name":"a","metadata":[${'0,'.repeat(1_000_000)}0]}` },
      'at most 50000 names',
    ],
  ])('is told so: %s', async (_what, request, sentence) => {
    const { id } = await create();
    for (const path of ['/classifiers', `/classifiers/${id}`, `/classifiers/${id}/versions`]) {
      const answer = await sendRaw(service.url + path, 'acme-key', request);

      expect(answer.status).toBe(400);
      expect(answer.body.message).toContain(sentence);
    }
  });

  test('without a key is an UnauthorizedError', async () => {
    expect(await extendErrorOf(extendClient(service.url, 'wrong').classifiers.list())).toMatchObject({
      name: 'UnauthorizedError',
      code: 'UNAUTHORIZED',
    });
  });
});
