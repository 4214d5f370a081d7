import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bytes, sampleInvoice } from '../../support/documents.ts';
import { problemOf } from '../../support/problem.ts';
import { post, startService, type Submission, type TestService } from '../../support/service.ts';

const key = 'correct-horse';
const headers = { 'api-key': key };
let service: TestService;

beforeAll(async () => {
  service = await startService({ API_KEYS: `acme:${key},globex:battery-staple`, MAX_FILE_MB: '1' });
});
afterAll(() => service[Symbol.asyncDispose]());

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
    [
      'a rule for unknown documents that is none',
      { file, fields: { unknown: 'yes' } },
      400,
      /^unknown must be "allow"/,
    ],
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

  test('its fields as JSON, saying how they are sent', async () => {
    const response = await fetch(`${service.url}/classify`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ file_url: 'https://example.org/a.pdf', categories: ['invoice'] }),
    });

    expect(response.status).toBe(400);
    const { detail, errors } = await problemOf(response);
    expect(detail).toMatch(/^file_url, categories must be sent as a form \(multipart\/form-data\)/);
    expect(errors?.map(({ pointer }) => pointer)).toStrictEqual(['/file_url', '/categories']);
  });

  test('a JSON body that is too large', async () => {
    const response = await fetch(`${service.url}/classify`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(17_000_000)),
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
