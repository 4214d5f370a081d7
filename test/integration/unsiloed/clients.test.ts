import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { submittedSchema } from '../../../src/http/unsiloed/schemas.ts';
import { pageImage, sampleInvoice } from '../../support/documents.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { classify, finishedJob, post, startService, submit, type TestService } from '../../support/service.ts';

const key = 'your-api-key';
const headers = { 'api-key': key };
const apiHeaders = { ...headers, 'Content-Type': 'application/json' };
const run = promisify(execFile);

let service: TestService;
beforeAll(async () => {
  service = await startService({ API_KEYS: `acme:${key}` });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('a client in JavaScript, written for Unsiloed', () => {
  /** Reads a job as the documentation shows it, and gives what it would print. */
  async function read(jobId: string): Promise<string[]> {
    const response = await fetch(`${service.url}/classify/${jobId}`, { method: 'GET', headers: apiHeaders });
    if (!response.ok) return [`${response.status}`, await response.text()];
    // A client of theirs checks nothing.
    const job = JSON.parse(await response.text());
    const lines = [job.job_id, job.status, job.progress || 'N/A'];
    if (job.status === 'completed') {
      const { classification, confidence, total_pages, page_results } = job.result;
      lines.push(classification, confidence.toFixed(2), String(total_pages));
      for (const page of page_results) {
        lines.push(`${page.page}: ${page.classification} ${page.confidence.toFixed(2)}`);
      }
    }
    return lines;
  }

  test('reads a result page by page', async () => {
    const jobId = await submit(service.url, { file: sampleInvoice, headers });
    const { result } = await finishedJob(service.url, jobId, headers);

    const pages = result?.page_results?.map((page) => `${page.page}: invoice ${page.confidence.toFixed(2)}`) ?? [];
    const confidence = result?.confidence.toFixed(2);
    expect(await read(jobId)).toEqual([
      jobId,
      'completed',
      'Classification completed',
      'invoice',
      confidence,
      '2',
      ...pages,
    ]);
  });

  test('hears of a job that is not there', async () => {
    const [status, body = ''] = await read('47c536aa-9fab-48ca-b27c-2fd74d30490a');

    expect(status).toBe('404');
    expect(JSON.parse(body)).toMatchObject({ detail: 'Job not found' });
  });
});

test('curl gets the five keys, in their order, and nothing else', async () => {
  const { job_id } = await classify(service.url, { file: sampleInvoice, headers });

  const args = ['-s', '-X', 'GET', `${service.url}/classify/${job_id}`];
  const { stdout } = await run('curl', [...args, '-H', `api-key: ${key}`, '-H', 'Content-Type: application/json']);

  const keysOf = (value: object) => Object.keys(value);
  const job = JSON.parse(stdout);
  expect(keysOf(job)).toEqual(['job_id', 'status', 'progress', 'error', 'result']);
  expect(keysOf(job.result)).toEqual([
    'success',
    'classification',
    'confidence',
    'page_results',
    'total_pages',
    'processed_pages',
  ]);
  expect(keysOf(job.result.page_results[0])).toEqual(['page', 'success', 'confidence', 'raw_result', 'classification']);
});

const names = ['invoice', 'contract'];
const described = [
  'invoice - Business invoices with itemized charges and payment terms',
  'contract - Legal agreements',
];
const asObjects = [{ name: 'invoice', description: 'a bill with amounts due' }, { name: 'contract' }];

describe('submissions as each vintage of the documentation has them', () => {
  test.each([
    ['conditions, a list of names', { 'X-API-Key': key }, 'conditions', names, 'invoice'],
    ['conditions that describe themselves', { 'X-API-Key': key }, 'conditions', described, described[0]],
    ['conditions with the later header', headers, 'conditions', names, 'invoice'],
    ['categories as objects', headers, 'categories', asObjects, 'invoice'],
    ['categories as names', { Authorization: `Bearer ${key}` }, 'categories', names, 'invoice'],
  ])('%s', async (_, vintage, field, list, expected) => {
    const submission = { file: sampleInvoice, headers: vintage, categories: null };
    const response = await post(service.url, { ...submission, fields: { [field]: JSON.stringify(list) } });

    const body = await response.text();
    const submitted = submittedSchema.parse(JSON.parse(body));
    expect(response.status).toBe(202);
    expect(Object.entries(JSON.parse(body))).toEqual([
      ['job_id', expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)],
      ['status', 'processing'],
      ['message', 'Classification started'],
    ]);
    expect(await finishedJob(service.url, submitted.job_id, vintage)).toMatchObject({
      status: 'completed',
      result: { success: true, classification: expected },
    });
  });

  test('a PDF that comes from memory without a type, and an image in the field for PDFs', async () => {
    const fromMemory = new Blob([sampleInvoice], { type: 'application/octet-stream' });
    const image = new Blob([await pageImage('page.png')], { type: 'application/pdf' });

    const [pdfJob, imageJob] = await Promise.all([
      classify(service.url, { file: fromMemory, fileName: 'document', headers }),
      classify(service.url, { file: image, fileName: 'scan.pdf', headers, categories: ['drawing', 'photo'] }),
    ]);

    expect(pdfJob.result?.page_results).toHaveLength(2);
    expect(imageJob.result).not.toHaveProperty('page_results');
    expect(Object.keys(imageJob.result ?? {})).toEqual([
      'success',
      'classification',
      'confidence',
      'raw_result',
      'total_pages',
      'processed_pages',
    ]);
  });
});

describe('progress', () => {
  let standIn: OpenAiStandIn;
  beforeAll(async () => {
    standIn = await startOpenAiStandIn();
  });
  afterAll(() => standIn[Symbol.asyncDispose]());

  test('is told in the words of the newest clients and of the older ones', async () => {
    const modelled = await startService({
      API_KEYS: `acme:${key}`,
      OPENAI_BASE_URL: standIn.baseUrl,
      OPENAI_API_KEY: standIn.apiKey,
      OPENAI_MODEL: 'stand-in',
    });
    onTestFinished(() => modelled[Symbol.asyncDispose]());
    const held = { kind: 'held', reply: { kind: 'answer', label: 'A' } } as const;
    standIn.enqueue(held, held);
    const jobId = await submit(modelled.url, { file: sampleInvoice, headers });
    await standIn.waitForRequests(2);

    const response = await fetch(`${modelled.url}/classify/${jobId}`, { headers: apiHeaders });
    expect(await response.text()).toBe(
      JSON.stringify({
        job_id: jobId,
        status: 'processing',
        progress: 'Processing page 1 of 2',
        error: null,
        result: null,
      }),
    );
    standIn.release();
    expect((await finishedJob(modelled.url, jobId, headers)).progress).toBe('Classification completed');
  });

  test('is `Starting classification...` while a job is queued', async () => {
    const idle = await startService({ API_KEYS: `acme:${key}`, QUEUES: 'render' });
    onTestFinished(() => idle[Symbol.asyncDispose]());
    const jobId = await submit(idle.url, { file: sampleInvoice, headers });

    const response = await fetch(`${idle.url}/classify/${jobId}`, { headers: apiHeaders });

    expect(await response.text()).toBe(
      JSON.stringify({
        job_id: jobId,
        status: 'queued',
        progress: 'Starting classification...',
        error: null,
        result: null,
      }),
    );
    expect(response.headers.get('retry-after')).toBe('1');
  });
});
