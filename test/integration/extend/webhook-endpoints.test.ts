import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Extend } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, extendErrorOf, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;
let globex: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key,paged:paged-key,many:many-key' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
});
afterAll(() => service[Symbol.asyncDispose]());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const given = {
  url: 'https://hooks.example/classified?token=s3cret',
  name: 'Production',
  enabledEvents: ['classify_run.processed', 'workflow.created'],
  apiVersion: '2026-02-09',
} satisfies Extend.WebhookEndpointsCreateRequest;

function create(change: Partial<Extend.WebhookEndpointsCreateRequest> = {}, client = acme) {
  return client.webhookEndpoints.create({ ...given, ...change });
}

/** A raw body with one member changed, added, or left out (undefined). */
function createRaw(change: Readonly<Record<string, unknown>>) {
  return sendRaw(`${service.url}/webhook_endpoints`, 'acme-key', { body: JSON.stringify({ ...given, ...change }) });
}

describe('a webhook endpoint', () => {
  test('is created with every key there, and shows its signing secret this once', async () => {
    const created = await create({ advancedOptions: { headers: { 'X-Tenant': 'a' }, payload: { format: 'url' } } });
    const { signingSecret, ...endpoint } = created;

    expect(created).toStrictEqual({
      object: 'webhook_endpoint',
      id: expect.stringMatching(/^wh_\w+$/),
      ...given,
      status: 'enabled',
      advancedOptions: { headers: { 'X-Tenant': 'a' }, payload: { format: 'url' } },
      createdAt: instant,
      createdBy: { type: 'api_key', name: 'acme' },
      signingSecret: expect.stringMatching(/^wss_[\w-]{43}$/),
    });
    expect(await acme.webhookEndpoints.retrieve(created.id)).toStrictEqual(endpoint);
    expect(await acme.webhookEndpoints.update(created.id, { name: 'Changed' })).not.toHaveProperty('signingSecret');
    expect(JSON.stringify(await acme.webhookEndpoints.list())).not.toContain(signingSecret);
  });

  test('may ask for no events, be disabled from the start, and has no options unless some are given', async () => {
    expect(await create({ enabledEvents: [], status: 'disabled' })).toMatchObject({
      enabledEvents: [],
      status: 'disabled',
      advancedOptions: null,
    });
  });

  test('changes what an update names and nothing else', async () => {
    const { signingSecret: _, ...created } = await create();
    const changes = {
      url: 'https://elsewhere.example/',
      status: 'disabled',
      enabledEvents: [],
      advancedOptions: { payload: { format: 'url', urlThresholdBytes: 1000 } },
    } as const;

    expect(await acme.webhookEndpoints.update(created.id, {})).toEqual(created);
    expect(await acme.webhookEndpoints.update(created.id, { name: 'Other' })).toEqual({ ...created, name: 'Other' });
    expect(await acme.webhookEndpoints.update(created.id, { ...changes, enabledEvents: [] })).toEqual({
      ...created,
      name: 'Other',
      ...changes,
    });
  });

  test('loses no change when many are made at once', async () => {
    const { id } = await create();

    await Promise.all([
      ...Array.from({ length: 5 }, () => acme.webhookEndpoints.update(id, { name: 'Named' })),
      ...Array.from({ length: 5 }, () => acme.webhookEndpoints.update(id, { status: 'disabled' })),
    ]);

    expect(await acme.webhookEndpoints.retrieve(id)).toMatchObject({ name: 'Named', status: 'disabled' });
  });

  test('is deleted for good, with its secret', async () => {
    const { id } = await create();

    expect(await acme.webhookEndpoints.delete(id)).toStrictEqual({ id });
    expect(await extendErrorOf(acme.webhookEndpoints.retrieve(id))).toMatchObject({ name: 'NotFoundError' });
    expect(await extendErrorOf(acme.webhookEndpoints.delete(id))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    const files = await readdir(join(service.directory, 'objects'), { recursive: true });
    expect(files.filter((name) => name.includes(id))).toEqual([]);
  });

  test('belongs to its tenant alone', async () => {
    const { id } = await create();

    for (const call of [
      () => globex.webhookEndpoints.retrieve(id),
      () => globex.webhookEndpoints.update(id, { name: 'Mine' }),
      () => globex.webhookEndpoints.delete(id),
    ]) {
      expect(await extendErrorOf(call())).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND' });
    }
    expect((await globex.webhookEndpoints.list()).data).toEqual([]);
  });

  test.each(['wh_', 'wh_none', 'cl_0', '../wh_1', 'wh_%2e%2e%2fsecret', 'x'.repeat(600)])(
    'has no id like %s',
    async (id) => {
      expect(await extendErrorOf(acme.webhookEndpoints.retrieve(id))).toMatchObject({ name: 'NotFoundError' });
    },
  );
});

describe('the list of endpoints', () => {
  test('gives the newest first, or the oldest, page by page, and none twice', async () => {
    const client = extendClient(service.url, 'paged-key');
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push((await create({ name: `${index}` }, client)).id);
    await client.webhookEndpoints.update(ids[1] ?? '', { status: 'disabled' });

    for (const sortDir of ['desc', 'asc'] as const) {
      const seen: string[] = [];
      let nextPageToken: string | undefined;
      do {
        const page: Extend.WebhookEndpointsListResponse = await client.webhookEndpoints.list({
          maxPageSize: 2,
          sortDir,
          ...(nextPageToken !== undefined && { nextPageToken }),
        });
        expect(page.object).toBe('list');
        seen.push(...page.data.map(({ id }) => id));
        nextPageToken = page.nextPageToken;
      } while (nextPageToken !== undefined);
      expect(seen).toEqual(sortDir === 'asc' ? ids : ids.toReversed());
    }
    expect((await client.webhookEndpoints.list({ status: 'disabled' })).data.map(({ id }) => id)).toEqual([ids[1]]);
    expect(await client.webhookEndpoints.list()).not.toHaveProperty('nextPageToken');
  });

  test('refuses what is no page of it', async () => {
    for (const request of [{ status: 'paused' }, { sortDir: 'up' }, { nextPageToken: 'eA' }, { maxPageSize: 0 }]) {
      expect(await extendErrorOf(acme.webhookEndpoints.list(request))).toMatchObject({
        name: 'BadRequestError',
        message: expect.stringContaining(Object.keys(request)[0] ?? ''),
      });
    }
  });
});

describe('a request for an endpoint', () => {
  test.each([
    ['a key that is not known', { surprise: 1 }, 'surprise'],
    ['an event that is not known', { enabledEvents: ['classify_run.done'] }, 'enabledEvents.0'],
    ['an event of a subscription alone', { enabledEvents: ['workflow_run.completed'] }, 'enabledEvents.0'],
    ['no events', { enabledEvents: undefined }, 'enabledEvents'],
    ['no name', { name: undefined }, 'name'],
    ['a blank name', { name: ' ' }, 'name'],
    ['no url', { url: undefined }, 'url'],
    ['a url that is none', { url: 'hooks' }, 'url'],
    ['a url of another kind', { url: 'ftp://hooks.example/' }, 'url'],
    ['a url with a password', { url: 'https://me:secret@hooks.example/' }, 'url'],
    ['the url of this machine', { url: 'http://localhost:8080/' }, 'url'],
    ['a private url', { url: 'http://10.0.0.1/' }, 'url'],
    ['the url of a metadata server', { url: 'http://169.254.169.254/latest' }, 'url'],
    ['another status', { status: 'paused' }, 'status'],
    ['no version', { apiVersion: undefined }, 'apiVersion'],
    ['a version whose payloads are not sent', { apiVersion: '2025-04-21' }, 'apiVersion'],
    ['options that are not known', { advancedOptions: { retries: 3 } }, 'advancedOptions'],
    ['another format', { advancedOptions: { payload: { format: 'xml' } } }, 'advancedOptions.payload.format'],
    ['a header that is no name', { advancedOptions: { headers: { 'a b': '1' } } }, 'advancedOptions.headers.a b'],
    ['a header of the connection', { advancedOptions: { headers: { Host: 'a' } } }, 'advancedOptions.headers.Host'],
    ['a header of two lines', { advancedOptions: { headers: { a: '1\r\nb: 2' } } }, 'advancedOptions.headers.a'],
    ['a header that is no text', { advancedOptions: { headers: { a: 1 } } }, 'advancedOptions.headers.a'],
  ])('is refused for %s, which the error names', async (_what, change, field) => {
    const { status, body } = await createRaw(change);

    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining(field), retryable: false });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  test.each(['', '[]', 'null', '"a"', '{'])('is refused when its body is %j', async (body) => {
    const answer = await sendRaw(`${service.url}/webhook_endpoints`, 'acme-key', { body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });

  test('is refused for a change of the version, which stays as it was created', async () => {
    const { id } = await create();
    const body = JSON.stringify({ apiVersion: '2026-02-09' });

    expect(await sendRaw(`${service.url}/webhook_endpoints/${id}`, 'acme-key', { body })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('apiVersion') },
    });
  });

  test('is refused for what nobody may be sent to, in an update too', async () => {
    const { id } = await create();

    expect(await extendErrorOf(acme.webhookEndpoints.update(id, { url: 'http://127.0.0.1:1/' }))).toMatchObject({
      name: 'BadRequestError',
      message: expect.stringContaining('url'),
    });
  });

  test('is refused beyond a hundred endpoints', async () => {
    const client = extendClient(service.url, 'many-key');
    for (let index = 0; index < 100; index++) await create({}, client);

    expect(await extendErrorOf(create({}, client))).toMatchObject({
      name: 'BadRequestError',
      message: expect.stringContaining('100'),
    });
  });
});

describe('the signing secret', () => {
  test('stands apart from the endpoint in the store', async () => {
    const { signingSecret } = await create();
    const folder = join(service.directory, 'objects');
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const holders: string[] = [];
    for (const file of files.filter((each) => each.isFile())) {
      const path = join(file.parentPath, file.name);
      if ((await readFile(path, 'utf8')).includes(signingSecret)) holders.push(path);
    }

    expect(holders).toEqual([expect.stringContaining('webhook-signing-secrets')]);
  });
});
