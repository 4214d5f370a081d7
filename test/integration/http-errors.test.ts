import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bytes, sampleInvoice } from '../support/documents.ts';
import { post, startService, type Submission, type TestService } from '../support/service.ts';

const key = 'correct-horse';
const headers = { 'api-key': key };
let service: TestService;

beforeAll(async () => {
  service = await startService({ API_KEYS: `acme:${key},globex:battery-staple`, MAX_FILE_MB: '1' });
});
afterAll(() => service[Symbol.asyncDispose]());

/** RFC 9457, and nothing of ours beyond it. */
const problemSchema = z.strictObject({
  type: z.string().startsWith('/docs/errors#'),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z.array(z.strictObject({ pointer: z.string().startsWith('/'), detail: z.string() })).optional(),
});

async function problemOf(response: Response): Promise<z.infer<typeof problemSchema>> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(response.headers.get('x-request-id')).toBe(problem.request_id);
  return problem;
}

function refused(submission: Submission): Promise<Response> {
  return post(service.url, { headers, ...submission });
}

const file = sampleInvoice;
const large = new Uint8Array(1_200_000);
large.set(bytes('%PDF-1.4\n'));

describe('POST /classify refuses', () => {
  test.each<[string, Submission, number, RegExp]>([
    ['neither file nor URL', {}, 400, /^Either pdf_file or file_url must be provided$/],
    [
      'both',
      { file, fields: { file_url: 'https://example.com/a.pdf' } },
      400,
      /^Provide either pdf_file or file_url, not both$/,
    ],
    ['no categories', { file, categories: null }, 400, /^categories is required/],
    [
      'categories that are no JSON',
      { file, categories: null, fields: { categories: '[invoice' } },
      400,
      /not valid JSON/,
    ],
    ['an empty list', { file, categories: [] }, 400, /1 to 200 items; got 0/],
    [
      'a category without a name',
      { file, categories: [{ description: 'x' }] },
      400,
      /^categories\.0\.name is required/,
    ],
    [
      'conditions that are no list',
      { file, categories: null, fields: { conditions: '"a"' } },
      400,
      /^conditions must be an array/,
    ],
    ['an empty file', { file: new Uint8Array(0) }, 400, /empty \(0 bytes\)/],
    ['a text', { file: bytes('hello, I am no document') }, 415, /PDF/],
    ['a file that is too large', { file: large }, 413, /1 MB/],
    ['pages that are no pages', { file, fields: { pages: 'all' } }, 400, /^pages must look like/],
    [
      'too many pages',
      { file, fields: { max_pages: '51' } },
      400,
      /^max_pages must be a whole number from 1 to 50; got "51"/,
    ],
    ['more pages than allowed', { file, fields: { pages: '1-60' } }, 400, /^pages must name at most 50 pages; got 60/],
    ['a URL that is none', { fields: { file_url: 'nonsense' } }, 400, /^file_url must be/],
    ['a URL of another scheme', { fields: { file_url: 'file:///etc/passwd' } }, 400, /^file_url must begin with http/],
    [
      'the metadata service',
      { fields: { file_url: 'http://169.254.169.254/latest' } },
      400,
      /^The address of file_url is not allowed/,
    ],
    [
      'this machine, in disguise',
      { fields: { url: 'http://0x7f.1/' } },
      400,
      /^The address of file_url is not allowed/,
    ],
  ])('%s', async (_, submission, status, sentence) => {
    const problem = await problemOf(await refused(submission));

    expect(problem.status).toBe(status);
    expect(problem.detail).toMatch(sentence);
  });

  test('a multipart body that breaks off', async () => {
    const response = await fetch(`${service.url}/classify`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="categories"\r\n\r\n["a"',
    });

    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('a multipart body without a boundary', async () => {
    const response = await fetch(`${service.url}/classify`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'multipart/form-data' },
      body: 'x',
    });

    expect((await problemOf(response)).detail).toMatch(/boundary/);
  });

  test.each(['{"categories": [', '[]', ''])('a body in JSON: %j', async (body) => {
    const response = await fetch(`${service.url}/classify`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });

    expect(await problemOf(response)).toMatchObject({ status: 400 });
  });

  test('a JSON body that is too large', async () => {
    const response = await fetch(`${service.url}/classify`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(3_000_000)),
    });

    expect(await problemOf(response)).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  test('a request without any body', async () => {
    const response = await fetch(`${service.url}/classify`, { method: 'POST', headers });

    expect((await problemOf(response)).detail).toBe('Either pdf_file or file_url must be provided');
  });
});

describe('POST /classify accepts', () => {
  test('the habits of every vintage: the alias file, conditions, a form that is not multipart', async () => {
    const form = new FormData();
    form.set('conditions', '["invoice - Bills", "letter"]');
    form.set('file', new Blob([file]), 'a.pdf');
    const multipart = await fetch(`${service.url}/classify`, { method: 'POST', headers, body: form });
    const urlEncoded = await fetch(`${service.url}/v1/classify`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ file_url: 'https://files.example/a.pdf', categories: '["a"]' }),
    });

    expect(multipart.status).toBe(202);
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(await multipart.json()))).toEqual([
      'job_id',
      'status',
      'message',
    ]);
    expect(multipart.headers.get('location')).toMatch(/^\/classify\/[0-9a-f-]{36}$/);
    expect(multipart.headers.get('retry-after')).toBe('2');
    expect(urlEncoded.status).toBe(202);
    expect(urlEncoded.headers.get('location')).toMatch(/^\/v1\/classify\//);
  });
});

describe('every path', () => {
  test.each([
    ['GET', '/nowhere', 404],
    ['GET', '/classify/47c536aa-9fab-48ca-b27c-2fd74d30490a', 404],
    ['GET', '/classify/%00', 404],
    ['GET', '/classify/%E0%A4%A', 400],
    ['GET', `/classify/${'x'.repeat(2000)}`, 404],
    ['PUT', '/classify', 405],
    ['DELETE', '/classify/x/cancel', 405],
    ['POST', '/livez', 405],
    ['GET', '/classify/x?include=everything', 400],
  ])('%s %s answers %d in JSON', async (method, path, status) => {
    const response = await fetch(`${service.url}${path}`, { method, headers });

    expect((await problemOf(response)).status).toBe(status);
    expect(response.headers.has('allow')).toBe(status === 405);
  });

  test('says "Job not found" for a job that is not there', async () => {
    const response = await fetch(`${service.url}/classify/47c536aa-9fab-48ca-b27c-2fd74d30490a`, { headers });

    expect((await problemOf(response)).detail).toBe('Job not found');
  });

  test.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['a wrong key', { 'api-key': 'wrong' }],
    ['an empty key', { 'api-key': '' }],
  ])('wants a key: %s', async (_, given) => {
    const response = await fetch(`${service.url}/classify/x`, { headers: given });

    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  test.each<[string, Record<string, string>]>([
    ['X-API-Key', { 'X-API-Key': key }],
    ['Authorization: Bearer', { Authorization: `Bearer ${key}` }],
  ])('takes the key in %s', async (_, given) => {
    expect((await fetch(`${service.url}/classify/x`, { headers: given })).status).toBe(404);
  });

  test('keeps a request id that is harmless and replaces one that is not', async () => {
    const kept = await fetch(`${service.url}/livez`, { headers: { 'x-request-id': 'trace-7' } });
    const replaced = await fetch(`${service.url}/livez`, { headers: { 'x-request-id': 'a b"c' } });

    expect(kept.headers.get('x-request-id')).toBe('trace-7');
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('health', () => {
  test('is told without a key, by dependency', async () => {
    const live = await fetch(`${service.url}/livez`);
    const ready = await fetch(`${service.url}/readyz`);
    const version = await fetch(`${service.url}/version`);

    expect(await live.json()).toEqual({ status: 'ok' });
    expect(await ready.json()).toEqual({ status: 'ok', dependencies: { temporal: 'ok', store: 'ok' } });
    expect(await version.json()).toMatchObject({ name: 'pigeonhole', version: '0.1.0' });
  });

  test('answers HEAD', async () => {
    expect((await fetch(`${service.url}/readyz`, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('a client that misbehaves', () => {
  test('and goes away in mid upload leaves nothing behind', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /classify HTTP/1.1\r\nHost: ${hostname}\r\napi-key: ${key}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n`,
    );
    socket.write(
      '--x\r\nContent-Disposition: form-data; name="pdf_file"; filename="a.pdf"\r\n\r\n%PDF-1.4 half a document',
    );
    socket.destroySoon();

    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
  });

  test('and speaks no HTTP gets an end of the connection, and the server lives on', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.end('what is this\r\n\r\n');

    expect(await text(socket)).toMatch(/400 Bad Request/);
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
  });
});
