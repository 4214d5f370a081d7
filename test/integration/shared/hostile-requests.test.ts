import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { assert, asyncProperty, constantFrom, oneof, record, string, type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { pdfWithPages } from '../../support/documents.ts';
import { startService, submit, type TestService } from '../../support/service.ts';

/** Every route of the API, as docs/openapi.json has them. */
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) });
const { paths } = documentSchema.parse(
  JSON.parse(await readFile(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')),
);
const methods = ['get', 'post', 'delete', 'put', 'patch'];
const routes = Object.entries(paths).flatMap(([path, operations]) =>
  Object.keys(operations).flatMap((method) =>
    methods.includes(method) ? [{ method: method.toUpperCase(), path }] : [],
  ),
);

let service: TestService;
beforeAll(async () => {
  service = await startService({ RATE_LIMIT_PER_MINUTE: '0', SYNC_WAIT_SECONDS: '1' });
  await submit(service.url, { file: pdfWithPages(['Invoice number 1, total due 10 EUR']) });
});
afterAll(() => service[Symbol.asyncDispose]());

const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const cursor = (text: string): string => Buffer.from(`12345678${text}`).toString('base64url');

/** Lengths, depths and encodings that somebody may send and nobody means. */
const values: Arbitrary<string> = oneof(
  constantFrom(
    'X'.repeat(200),
    '中'.repeat(200),
    'x'.repeat(2000),
    '.',
    '..',
    '../../etc/passwd',
    'a\0b',
    '\u0001\u001F\u007F',
    '\u{1F600}'.repeat(300),
    '\uFEFF',
    '%',
    '%zz',
    '%ff%fe',
    '%ed%a0%80',
    "' OR 1=1 --",
    '?"\\\'',
    '-1',
    '1e999',
    '9'.repeat(400),
    'true',
    'null',
    '{}',
    '9999-12-31T23:59:59.999Z',
    '0000-01-01T00:00:00Z',
    cursor('9999-12-31T23:59:59.999Z x'),
    cursor('not a time'),
    cursor('\0'),
  ),
  ...['cl_', 'clr_', 'bpr_', 'file_', 'wh_', 'whes_', 'ev_', 'evi_', 'event_', 'evr_'].map((prefix) =>
    constantFrom(prefix, `${prefix}${'X'.repeat(240)}`, `${prefix}${'%'.repeat(240)}`, `${prefix}${'中'.repeat(100)}`),
  ),
  string({ unit: 'binary', maxLength: 60 }),
);

const bodies: Arbitrary<string | undefined> = oneof(
  constantFrom(
    undefined,
    '',
    '{',
    'null',
    '[]',
    '"\\ud800"',
    deep(90),
    deep(5100),
    `{"metadata":${deep(5100)}}`,
    '['.repeat(200_000),
    '{"file":{"text":"a"},"config":{"classifications":[{"id":"\\u0000","type":"other","description":"\\ud800"}]}}',
    '{"name":"\\ud800\\u0000"}',
    `{"name":"n","config":${deep(99)}}`,
    `{"file":{"id":"file_${'X'.repeat(240)}"},"classifier":{"id":"cl_${'%'.repeat(240)}","version":"${'9'.repeat(400)}.0"}}`,
    '{"evaluationSetId":"ev_..","items":[{"fileId":"..","expectedOutput":{"id":"","type":""}}]}',
    '{"__proto__":{"a":1},"constructor":1}',
  ),
  string({ unit: 'binary', maxLength: 60 }).map((text) =>
    JSON.stringify({ name: text, id: text, type: text, url: text }),
  ),
);

const queryNames = [
  'cursor',
  'limit',
  'status',
  'classification',
  'created_after',
  'created_before',
  'include',
  'wait',
  'nextPageToken',
  'maxPageSize',
  'sortBy',
  'sortDir',
  'classifierId',
  'batchId',
  'source',
  'sourceId',
  'fileNameContains',
  'nameContains',
  'entityId',
  'rawText',
  'resourceId',
  'webhookEndpointId',
  'convertToPdf',
  'awaitingReview',
  'rerun_of',
  'rerunOf',
];

const requests = record({
  route: constantFrom(...routes),
  parameter: values,
  isEncoded: constantFrom(true, true, true, false),
  queryName: constantFrom(...queryNames),
  queryValue: values,
  body: bodies,
  contentType: constantFrom(
    'application/json',
    'application/json; charset=utf-16',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'text/plain',
  ),
  header: constantFrom(
    'idempotency-key',
    'api-key',
    'x-request-id',
    'x-extend-api-version',
    'if-none-match',
    'content-encoding',
    'accept',
  ),
  headerValue: oneof(
    constantFrom('\u00FC'.repeat(300), 'x'.repeat(3000), 'gzip', '', '"\\'),
    string({ maxLength: 40 }),
  ).map((text) => text.replaceAll(/[^\x20-\x7E\u0080-\u00FF]/g, '')),
});

type HostileRequest = typeof requests extends Arbitrary<infer T> ? T : never;

/** By node's own client, which sends what `fetch` would refuse or mend. */
function send({ route, body, ...given }: HostileRequest): Promise<{ readonly status: number; readonly text: string }> {
  const encode = (text: string): string =>
    given.isEncoded ? encodeURIComponent(text.toWellFormed()) : text.replaceAll(/[^\x21-\x7E]/g, '');
  const path = route.path.replaceAll(/\{\w+\}/g, () => encode(given.parameter));
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>();
  const client = request(
    service.url,
    {
      method: route.method,
      agent: false,
      path: `${path}?${given.queryName}=${encode(given.queryValue)}`,
      headers: { 'content-type': given.contentType, [given.header]: given.headerValue },
    },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    },
  );
  client.once('error', reject);
  client.end(route.method === 'GET' ? undefined : body);
  return promise;
}

test('no route answers 5xx to a length, a depth or an encoding that nobody means', { timeout: 300_000 }, async () => {
  expect(routes.length).toBeGreaterThan(40);
  await assert(
    asyncProperty(requests, async (given) => {
      const { status, text } = await send(given);
      expect(status, `${given.route.method} ${given.route.path}: ${text}`).toBeLessThan(500);
    }),
    { numRuns: 1500, seed: 20_261_128 },
  );
});

test.each([
  `/classify?cursor=${cursor('x')}`,
  `/classify_runs?nextPageToken=${cursor('x')}`,
  '/classify/%00',
  `/classify/${'X'.repeat(200)}`,
  `/classify/${encodeURIComponent('中'.repeat(200))}`,
])('GET %s is answered as a mistake of its sender', async (path) => {
  expect([400, 404]).toContain((await fetch(service.url + path)).status);
});

/** As anybody can make it who reads our source: its check guards against mistakes, not against people. */
function forged(position: string): string {
  const query = `WorkflowType = 'classifyDocument' AND Tenant = 'default'`;
  const scope = JSON.stringify([query, null, null, null]);
  const check = createHash('sha256').update(scope).update('\0').update(position).digest().subarray(0, 8);
  return Buffer.concat([check, Buffer.from(position)]).toString('base64url');
}

test.each([
  ['no position at all', 'x', 400],
  ['a day that is none', '2026-02-30T00:00:00.000Z x', 400],
  ['a year of six digits', '+275760-09-13T00:00:00.000Z x', 400],
  ['the last moment of the calendar', '9999-12-31T23:59:59.999Z x', 200],
  ['the first one', '0000-01-01T00:00:00.000Z x', 200],
])('a forged cursor of %s is no error of ours', async (_what, position, status) => {
  expect((await fetch(`${service.url}/classify?cursor=${forged(position)}`)).status).toBe(status);
});
