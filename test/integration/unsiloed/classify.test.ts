import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  corruptPdf,
  encryptedPdf,
  pageImage,
  pdfWithoutPages,
  pdfWithPages,
  sampleInvoice,
} from '../../support/documents.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { classify, finishedJob, getJob, startService, submit, type TestService } from '../../support/service.ts';
import { serveOnce } from '../../support/serve-once.ts';

let standIn: OpenAiStandIn;
let service: TestService;

beforeAll(async () => {
  standIn = await startOpenAiStandIn();
  service = await startService({
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: standIn.apiKey,
    OPENAI_MODEL: 'stand-in',
    ALLOWED_NETWORKS: '127.0.0.1',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});

describe('a document that is uploaded', () => {
  test('reaches an answer in the form of the contract: a PDF with its pages', async () => {
    const { result, ...job } = await classify(service.url, { file: sampleInvoice, fileName: 'Rechnung März.pdf' });

    expect(job).toMatchObject({ status: 'completed', progress: 'Classification completed', error: null });
    expect(Object.keys(result ?? {})).toEqual([
      'success',
      'classification',
      'confidence',
      'page_results',
      'total_pages',
      'processed_pages',
    ]);
    expect(result).toMatchObject({ success: true, total_pages: 2, processed_pages: 2 });
    expect(['invoice', 'letter']).toContain(result?.classification);
    expect(Object.keys(result?.page_results?.[0] ?? {})).toEqual([
      'page',
      'success',
      'confidence',
      'raw_result',
      'classification',
    ]);
  });

  test('is judged by the instructions of the request, which stay out of the history', async () => {
    const asked = standIn.requests.length;

    const fields = { instructions: 'Reminders are letters.' };
    const jobId = await submit(service.url, { file: sampleInvoice, fields });
    const job = await finishedJob(service.url, jobId);

    expect(job.status).toBe('completed');
    const questions = standIn.requests.slice(asked).map(({ question }) => question?.text);
    expect(questions).toEqual([1, 2].map(() => expect.stringContaining('Reminders are letters.')));
    expect(await historyText(jobId)).not.toContain('Reminders');
  });

  test('is unknown where the request allows that and nothing fits, and one of the categories otherwise', async () => {
    const ask = { file: pdfWithPages(['A recipe']), categories: ['invoice', 'letter'] };
    standIn.enqueue({ kind: 'answer', label: 'unknown' });

    const allowed = await classify(service.url, { ...ask, fields: { unknown: 'allow' } });
    const usual = await classify(service.url, ask);

    expect(allowed.result).toMatchObject({ classification: 'unknown', page_results: [{ classification: 'unknown' }] });
    expect(ask.categories).toContain(usual.result?.classification);
  });

  test('is queued, then processing, and its progress counts the pages', async () => {
    standIn.enqueue(
      { kind: 'held', reply: { kind: 'answer', label: 'A' } },
      { kind: 'held', reply: { kind: 'answer', label: 'A' } },
    );

    const before = standIn.requests.length;
    const jobId = await submit(service.url, { file: sampleInvoice });
    await expect
      .poll(() => getJob(service.url, jobId), { timeout: 20_000 })
      .toMatchObject({ status: 'processing', progress: 'Processing page 1 of 2', error: null, result: null });
    await standIn.waitForRequests(before + 2);
    standIn.release();

    expect(await finishedJob(service.url, jobId)).toMatchObject({ status: 'completed' });
  });

  test('tells the model of a page how the pages before it begin, where they were selected and have text', async () => {
    const file = pdfWithPages(['Agreement one', 'Not selected', '', 'Annex four', 'Signatures five']);
    const fields = { pages: '1,3-5', instructions: 'neighbours' };

    await classify(service.url, { file, fields });

    const texts = standIn.requests.flatMap(({ question }) =>
      question?.text.includes('"neighbours"') ? [question.text] : [],
    );
    const of = (pageNumber: number) => texts.find((text) => text.includes(`Page ${pageNumber} of 5.`)) ?? '';
    expect(texts).toHaveLength(3);
    expect(of(1)).not.toMatch(/How page/);
    expect(of(4)).toMatch(/How page 1 begins[^]*Agreement one[^]*Text layer of the page[^]*Annex four/);
    expect(of(4)).not.toMatch(/How page [^1]/);
    expect(of(5)).toMatch(/How page 1 begins[^]*How page 4 begins[^]*Annex four[^]*Signatures five/);
    expect(texts.join('')).not.toContain('Not selected');
  });

  test.each(['page.jpg', 'page.png', 'page.gif', 'page.webp', 'page.tiff', 'page.bmp'])(
    'as %s is known by its content and gets the image form',
    async (name) => {
      const { result, status } = await classify(service.url, {
        file: await pageImage(name),
        fileName: 'misnamed.pdf',
      });

      expect(status).toBe('completed');
      expect(Object.keys(result ?? {})).toEqual([
        'success',
        'classification',
        'confidence',
        'raw_result',
        'total_pages',
        'processed_pages',
      ]);
      expect(result).toMatchObject({ success: true, total_pages: 1, processed_pages: 1 });
    },
  );

  test('of many pages is judged by its first four', async () => {
    const file = pdfWithPages(['one', 'two', 'three', 'four', 'five', 'six']);

    const { result } = await classify(service.url, { file });

    expect(result?.page_results?.map(({ page }) => page)).toEqual([1, 2, 3, 4]);
    expect(result).toMatchObject({ total_pages: 4, processed_pages: 4 });
  });

  test('is judged by the pages that were asked for', async () => {
    const file = pdfWithPages(['one', 'two', 'three', 'four', 'five', 'six']);

    const { result } = await classify(service.url, { file, fields: { pages: '5-,2', max_pages: '2' } });

    expect(result?.page_results?.map(({ page }) => page)).toEqual([2, 5]);
  });

  test('keeps a blank page out of the vote and says so', async () => {
    const { result } = await classify(service.url, { file: pdfWithPages(['Invoice 7', '']) });

    expect(result?.page_results?.[1]).toEqual({
      page: 2,
      success: false,
      error: 'This page is blank.',
      confidence: 0,
      classification: 'invoice',
    });
  });

  test('tells its times when asked', async () => {
    const { job_id } = await classify(service.url, { file: sampleInvoice });

    const response = await fetch(`${service.url}/classify/${job_id}?include=timings`);
    const body: unknown = await response.json();

    expect(body).toMatchObject({ timings: { pages: [{ page: 1 }, { page: 2 }] } });
  });
});

describe('a document that cannot be classified', () => {
  test.each([
    ['a password', encryptedPdf, /^This PDF is protected by a password/],
    [
      'corruption',
      corruptPdf,
      /^This PDF could not be opened — the file may be corrupt or in an unsupported format\.$/,
    ],
    ['no pages', pdfWithoutPages, /^This document has no pages\.$/],
    ['only blank pages', pdfWithPages(['', '']), /blank/],
    ['a broken image', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), /^This image could not be opened/],
  ])('for %s is a failed job with its sentence', async (_, file, sentence) => {
    const job = await classify(service.url, { file });

    expect(job).toMatchObject({ status: 'failed', progress: 'Classification failed', result: null });
    expect(job.error).toMatch(sentence);
  });

  test('for want of the pages that were asked for says how many there are', async () => {
    const job = await classify(service.url, { file: sampleInvoice, fields: { pages: '9' } });

    expect(job.error).toBe('None of the requested pages exists: this document has 2 pages.');
  });

  test('fails with the reason of its pages when the model refuses all of them', async () => {
    standIn.enqueue({ kind: 'refusal', refusal: 'no' }, { kind: 'refusal', refusal: 'no' });

    const job = await classify(service.url, { file: sampleInvoice });

    expect(job.error).toMatch(/^No page could be classified\. The model refused/);
  });

  test('keeps the pages that worked when one of them fails', async () => {
    standIn.enqueue({ kind: 'refusal', refusal: 'no' });

    const { result } = await classify(service.url, { file: sampleInvoice });

    expect(result?.page_results?.filter(({ success }) => success)).toHaveLength(1);
    expect(result?.page_results?.find(({ success }) => !success)).toMatchObject({
      error: 'The model refused to classify this page.',
      classification: 'invoice',
      confidence: 0,
    });
  });
});

describe('a document at a URL', () => {
  test('is fetched by the job, and its query stays out of the history', async () => {
    const { url } = await serveOnce(sampleInvoice);

    const jobId = await submit(service.url, { fields: { file_url: `${url}/a.pdf?signature=very-secret` } });
    const job = await finishedJob(service.url, jobId);

    expect(job.status).toBe('completed');
    const text = await historyText(jobId);
    expect(text).toContain('request.json');
    expect(text).not.toContain('very-secret');
  });

  test('that is a web page fails the job with a sentence that says so', async () => {
    const { url } = await serveOnce(new TextEncoder().encode('<html>hello</html>'));

    const job = await classify(service.url, { fields: { file_url: url } });

    expect(job.error).toMatch(/web page/);
  });
});

/** A history with its payloads decoded. */
async function historyText(jobId: string): Promise<string> {
  const json = historyToJSON(await service.namespace.client.workflow.getHandle(jobId).fetchHistory());
  return json.replaceAll(/"data":\s*"([^"]*)"/g, (_, data: string) => Buffer.from(data, 'base64').toString('utf8'));
}
