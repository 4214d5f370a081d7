import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBodySchema } from '../../../src/http/extend/error-schemas.ts';
import { bytes } from '../../support/documents.ts';
import { problemOf } from '../../support/problem.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
});
afterAll(() => service[Symbol.asyncDispose]());

function send(path: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>): Promise<Response> {
  return fetch(service.url + path, {
    method: 'POST',
    headers: { 'api-key': 'acme-key', 'content-type': 'application/json', ...headers },
    body,
  });
}

const json = bytes('{"file": {"text": "an invoice"}}');
const broken = Uint8Array.from(gzipSync(json).subarray(0, -6));

/** What is wrong, the headers, the body, the status in problem details, and the sentence. */
const unreadable: readonly (readonly [string, Record<string, string>, Uint8Array<ArrayBuffer>, number, string])[] = [
  [
    'gzip that is none',
    { 'content-encoding': 'gzip' },
    json,
    400,
    'Content-Encoding is "gzip", but the body is not valid gzip; send it so, or without the header.',
  ],
  [
    'gzip that breaks off',
    { 'content-encoding': 'GZIP' },
    broken,
    400,
    'Content-Encoding is "gzip", but the body is not valid gzip; send it so, or without the header.',
  ],
  [
    'zstd that is none',
    { 'content-encoding': 'zstd' },
    json,
    400,
    'Content-Encoding is "zstd", but the body is not valid zstd; send it so, or without the header.',
  ],
  [
    'an encoding that nobody knows',
    { 'content-encoding': 'lzma' },
    json,
    415,
    'Content-Encoding must be gzip, deflate, br, zstd or identity; got "lzma".',
  ],
  [
    'a charset that is not for JSON',
    { 'content-type': 'application/json; charset=latin1' },
    json,
    415,
    'The charset of Content-Type must be utf-8, or be left out; got "application/json; charset=latin1".',
  ],
  [
    'a charset that nobody knows',
    { 'content-type': 'application/json; charset=utf-9' },
    json,
    415,
    'The charset of Content-Type must be utf-8, or be left out; got "application/json; charset=utf-9".',
  ],
];

describe('a body that cannot be read', () => {
  test.each(unreadable)('for %s is told its header in problem details', async (_, headers, body, status, detail) => {
    expect(await problemOf(await send('/classify', headers, body))).toMatchObject({ status, detail });
  });

  test.each(unreadable)("for %s is told its header in Extend's form", async (_, headers, body, _status, message) => {
    const answer = await send('/classify_runs', headers, body);

    expect(answer.status).toBe(400);
    expect(errorBodySchema.parse(await answer.json())).toMatchObject({ code: 'INVALID_REQUEST', message });
  });

  test("of a form in a charset of its own is told so in the form's own contract", async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=koi8-r' };
    const problem = await problemOf(await send('/classify', headers, bytes('file_url=x')));

    expect(problem).toMatchObject({
      status: 415,
      detail: expect.stringMatching(/^The charset of Content-Type must be utf-8/),
    });
  });
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
])('a body in %s is read', async (encoding, compress) => {
  const headers = { 'content-encoding': encoding };
  const answer = await send('/classify_runs', headers, Uint8Array.from(compress(bytes('{"file": {}}'))));

  expect(errorBodySchema.parse(await answer.json()).message).toMatch(/^file: must have exactly one of url, id, text/);
});

test('a field of a form in a charset that nobody knows is named', async () => {
  const form = [
    '--x',
    'Content-Disposition: form-data; name="categories"',
    'Content-Type: text/plain; charset=klingon',
    '',
    '["invoice"]',
    '--x--',
    '',
  ].join('\r\n');

  const response = await send('/classify', { 'content-type': 'multipart/form-data; boundary=x' }, bytes(form));

  expect(await problemOf(response)).toMatchObject({
    status: 400,
    detail: 'categories is in a charset that cannot be read; send it as UTF-8.',
  });
});
