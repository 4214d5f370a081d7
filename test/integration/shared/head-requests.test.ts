import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleInvoice } from '../../support/documents.ts';
import { extendClient } from '../../support/extend-client.ts';
import { classify, startService, type TestService } from '../../support/service.ts';

const headers = { 'api-key': 'acme-key' };
let service: TestService;
let jobId: string;
let failedId: string;
let fileId: string;
let fileUrl: string;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
  jobId = (await classify(service.url, { file: sampleInvoice, headers })).job_id;
  failedId = (await classify(service.url, { file: sampleInvoice, headers, fields: { pages: '9' } })).job_id;
  const { files } = extendClient(service.url, 'acme-key');
  fileId = (await files.upload(new File(['an invoice'], 'a.txt'), {})).id;
  fileUrl = (await files.retrieve(fileId, {})).presignedUrl ?? '';
});
afterAll(() => service[Symbol.asyncDispose]());

/**
 * Those that differ from one answer to the next whatever is asked, and of the connection, which fetch asks to be closed
 * after HEAD.
 */
const ofEachAnswer = ['date', 'ratelimit', 'x-request-id', 'x-extend-request-id', 'connection', 'keep-alive'];

function lasting(response: Response): Record<string, string> {
  return Object.fromEntries(Array.from(response.headers).filter(([name]) => !ofEachAnswer.includes(name)));
}

test.each<[string, () => string]>([
  ['a finished job', () => `/classify/${jobId}`],
  ['a finished job below /v1', () => `/v1/classify/${jobId}`],
  ['a finished job with more to it', () => `/classify/${jobId}?include=candidates,reasoning`],
  ['a finished job that is waited for', () => `/classify/${jobId}?wait=5`],
  ['a failed job', () => `/classify/${failedId}`],
  ['a job that there is not', () => '/classify/x'],
  ['a parameter that is wrong', () => `/classify/${jobId}?wait=soon`],
  ['the jobs', () => '/classify'],
  ['a page', () => `/classify/${jobId}/pages/1/image`],
  ['deliveries', () => `/classify/${jobId}/deliveries`],
  ['the secret', () => '/webhook_secret'],
  ['a run', () => `/classify_runs/clr_${jobId}`],
  ['the runs', () => '/classify_runs'],
  ['a file', () => `/files/${fileId}`],
  ['what a link leads to', () => fileUrl.replace(service.url, '')],
  ['a run that there is not', () => '/classify_runs/clr_x'],
  ['the state', () => '/readyz'],
  ['the OpenAPI document', () => '/openapi.json'],
  ['the errors', () => '/docs/errors'],
])('HEAD of %s answers with the headers of GET, and no body', async (_what, path) => {
  const url = service.url + path();
  const got = await fetch(url, { headers });
  const body = await got.text();

  const asked = await fetch(url, { method: 'HEAD', headers });

  expect(body).not.toBe('');
  expect(asked.status).toBe(got.status);
  expect(lasting(asked)).toEqual(lasting(got));
  expect(asked.headers.has('content-length')).toBe(true);
  expect(await asked.text()).toBe('');
});
