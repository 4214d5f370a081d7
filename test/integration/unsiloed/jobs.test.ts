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

const listSchema = z.strictObject({
  data: z.array(jobSchema.extend({ created_at: z.iso.datetime() })),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

async function list(query: string, headers: Record<string, string> = acme): Promise<z.infer<typeof listSchema>> {
  const response = await fetch(`${service.url}/classify?${query}`, { headers });
  return listSchema.parse(await response.json());
}

const unreadable = `limit=0 limit=101 limit=x limit=1&limit=2 status=done cursor=%21 cursor=__main__ classification=%00
  created_after=yesterday created_before=2026-02-30 created_after=2026-02-29T10:00:00Z`.split(/\s+/);

describe('GET /classify', () => {
  test('lists the jobs of a tenant, newest first, page by page', async () => {
    const headers = globex;
    const ids: string[] = [];
    for (const name of ['one', "it's", 'three']) {
      ids.unshift((await classify(service.url, { file: pdfWithPages([name]), categories: [name], headers })).job_id);
    }
    const newest = async () => (await list('limit=3', headers)).data.map(({ job_id }) => job_id);
    await expect.poll(newest).toEqual(ids);

    const first = await list('limit=2', headers);
    const second = await list(`limit=2&cursor=${first.next_cursor}`, headers);

    expect(first.has_more).toBe(true);
    expect(first.data.map(({ job_id }) => job_id)).toEqual(ids.slice(0, 2));
    expect(second.data[0]?.job_id).toBe(ids[2]);
    const quoted = await list(`classification=${encodeURIComponent("it's")}`, headers);
    expect(quoted.data.map(({ job_id }) => job_id)).toEqual([ids[1]]);
    const later = await list(`created_after=${encodeURIComponent(first.data[0]?.created_at ?? '')}`, headers);
    expect(later.data).toEqual([]);
    expect((await list('status=failed', headers)).data).toEqual([]);
  });

  test.each([
    'created_after=9999-12-31T23:59:59.999Z',
    'created_after=9999-12-31T23:59:59-01:00',
    'created_before=0000-01-01T00:00:00%2B05:00',
    'created_before=0000-01-01',
  ])('answers an empty list for %s, which no job can meet', async (query) => {
    expect(await list(query)).toEqual({ data: [], has_more: false, next_cursor: null });
  });

  test.each(['it\'s "quoted"', 'back\\slash', '50% off_\\', '"', 'really?', "'at both ends'", "'"])(
    'finds the jobs of the category %j, whatever characters are in it',
    async (name) => {
      const headers = globex;
      const other = { file: pdfWithPages(['x']), categories: [`${name}, not`], headers };
      const [{ job_id }] = await Promise.all([
        classify(service.url, { file: pdfWithPages(['x']), categories: [name], headers }),
        classify(service.url, other),
      ]);

      const found = async () => (await list(`classification=${encodeURIComponent(name)}`, headers)).data;
      await expect.poll(async () => (await found()).map((job) => job.job_id)).toEqual([job_id]);
    },
  );

  test('puts a job that is still running behind one that was submitted later', async () => {
    const headers = globex;
    standIn.enqueue({ kind: 'held', reply: { kind: 'answer', label: 'A' } });
    const before = standIn.requests.length;
    const older = await submit(service.url, { file: pdfWithPages(['slow']), headers });
    await standIn.waitForRequests(before + 1);
    const { job_id: newer } = await classify(service.url, { file: pdfWithPages(['quick']), headers });

    const newest = async () => (await list('limit=2', headers)).data.map(({ job_id }) => job_id);
    await expect.poll(newest).toEqual([newer, older]);
    const first = await list('limit=1', headers);
    const second = await list(`limit=1&cursor=${first.next_cursor}`, headers);
    expect(second.data.map(({ job_id }) => job_id)).toEqual([older]);
    standIn.release();
  });

  test.each(unreadable)('refuses ?%s and names it', async (query) => {
    const problem = await problemOf(await fetch(`${service.url}/classify?${query}`, { headers: acme }));

    expect(problem.status).toBe(400);
    expect(problem.detail).toContain(query.split('=')[0]);
  });
});
