import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pdfWithPages, sampleInvoice } from '../../support/documents.ts';
import { errorReply } from '../../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { problemOf } from '../../support/problem.ts';
import { classify, getJob, jobSchema, post, startService, submit, type TestService } from '../../support/service.ts';

const acme = { 'api-key': 'acme-key' };
const globex = { 'api-key': 'globex-key' };
let standIn: OpenAiStandIn;
let service: TestService;

beforeAll(async () => {
  standIn = await startOpenAiStandIn();
  service = await startService({
    API_KEYS: 'acme:acme-key,globex:globex-key',
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: standIn.apiKey,
    OPENAI_MODEL: 'stand-in',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});

const warned = z.object({ warnings: z.array(z.string()) });

describe('DELETE /classify/{job_id}', () => {
  test('leaves nothing of a job, and nobody can read it afterwards', async () => {
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme });

    const response = await fetch(`${service.url}/classify/${job_id}`, { method: 'DELETE', headers: acme });

    expect(await response.json()).toEqual({ job_id, deleted: true });
    expect((await problemOf(await fetch(`${service.url}/classify/${job_id}`, { headers: acme }))).status).toBe(404);
    const entries = await readdir(join(service.directory, 'objects'), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.filter((file) => file.includes(job_id) && !file.includes('deleted-jobs'))).toEqual([]);
  });

  test('cancels a job that is running', async () => {
    standIn.enqueue({ kind: 'never' }, { kind: 'never' });
    const before = standIn.requests.length;
    const jobId = await submit(service.url, { file: sampleInvoice, headers: acme });
    await standIn.waitForRequests(before + 1);

    const response = await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE', headers: acme });

    expect(response.status).toBe(200);
    expect((await fetch(`${service.url}/classify/${jobId}`, { headers: acme })).status).toBe(404);
    const { status } = await service.namespace.client.workflow
      .getHandle(jobId)
      .describe()
      .catch(() => ({ status: { name: 'gone' } }));
    expect(status.name).not.toBe('RUNNING');
  });

  test("does not touch another tenant's job", async () => {
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme });

    const response = await fetch(`${service.url}/classify/${job_id}`, { method: 'DELETE', headers: globex });

    expect(response.status).toBe(404);
    expect((await getJob(service.url, job_id, acme)).status).toBe('completed');
  });
});

describe('GET /classify/{job_id}', () => {
  test('gives candidates, reasons, sources, usage, times and metadata when asked', async () => {
    const fields = { metadata: '{"order": 17, "tags": ["a"]}' };
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme, fields });

    const include = 'candidates,reasoning,confidence_source,warnings,usage,timings,metadata';
    const response = await fetch(`${service.url}/classify/${job_id}?include=${include}`, { headers: acme });

    expect(await response.json()).toMatchObject({
      result: {
        candidates: [{ name: expect.any(String), confidence: expect.any(Number) }, { name: expect.any(String) }],
        confidence_source: 'logprobs',
        warnings: [],
        reasoning: expect.any(String),
        page_results: [
          { page: 1, candidates: expect.any(Array), reasoning: expect.any(String), confidence_source: 'logprobs' },
          { page: 2 },
        ],
      },
      usage: { classifier: 'openai', model: 'stand-in', pages: 2, input_tokens: expect.any(Number) },
      timings: { total_ms: expect.any(Number), pages: [{ page: 1 }, { page: 2 }] },
      metadata: { order: 17, tags: ['a'] },
    });
  });

  test('says of a page what it was judged without, when asked', async () => {
    standIn.enqueue(errorReply(400, { message: 'This image is not supported.' }));
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme });

    const response = await fetch(`${service.url}/classify/${job_id}?include=warnings`, { headers: acme });

    const sentence = 'The model does not take images: the page was judged by its text layer alone.';
    const { result } = z
      .object({ result: warned.extend({ page_results: z.array(warned) }) })
      .parse(await response.json());
    expect(result.warnings).toStrictEqual([sentence]);
    expect(result.page_results.flatMap(({ warnings }) => warnings)).toStrictEqual([sentence]);
  });

  test.each(['[]', '"x"', '{', `{"a": "${'x'.repeat(11_000)}"}`])(
    'refuses metadata that is no small object',
    async (metadata) => {
      const response = await post(service.url, { file: sampleInvoice, headers: acme, fields: { metadata } });

      expect((await problemOf(response)).detail).toMatch(/^metadata must/);
    },
  );

  test('waits for the end when asked to, and answers as soon as it is there', async () => {
    standIn.enqueue({ kind: 'held', reply: { kind: 'answer', label: 'A' } });
    const before = standIn.requests.length;
    const jobId = await submit(service.url, { file: pdfWithPages(['one']), headers: acme });
    await standIn.waitForRequests(before + 1);

    const impatient = await fetch(`${service.url}/classify/${jobId}?wait=0.1`, { headers: acme });
    const patient = fetch(`${service.url}/classify/${jobId}?wait=50`, { headers: acme });
    standIn.release();

    expect(jobSchema.parse(await impatient.json()).status).toBe('processing');
    expect(jobSchema.parse(await (await patient).json()).status).toBe('completed');
  });

  test.each(['-1', '1,5', 'soon'])('refuses to wait for %s seconds', async (wait) => {
    const response = await fetch(`${service.url}/classify/x?wait=${wait}`, { headers: acme });

    expect((await problemOf(response)).detail).toMatch(/^wait must be/);
  });
});

describe('GET /classify/{job_id}/pages/{n}/image', () => {
  test('gives the page as the classifier saw it', async () => {
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme });

    const response = await fetch(`${service.url}/classify/${job_id}/pages/2/image`, { headers: acme });

    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const image = Buffer.from(await response.arrayBuffer());
    expect(image.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(image.length).toBe(Number(response.headers.get('content-length')));
  });

  test.each([
    ['a page that is not there', '9', acme, 404],
    ['a page that is none', 'first', acme, 400],
    ["another tenant's page", '1', globex, 404],
  ])('has no image of %s', async (_, page, headers, status) => {
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme });

    const response = await fetch(`${service.url}/classify/${job_id}/pages/${page}/image`, { headers });

    expect((await problemOf(response)).status).toBe(status);
  });
});
