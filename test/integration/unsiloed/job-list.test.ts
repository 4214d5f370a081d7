import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pdfWithPages } from '../../support/documents.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { problemOf } from '../../support/problem.ts';
import { classify, jobSchema, startService, submit, type TestService } from '../../support/service.ts';

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

const listSchema = z.strictObject({
  data: z.array(jobSchema.extend({ created_at: z.iso.datetime() })),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

async function list(query: string, headers: Record<string, string> = acme): Promise<z.infer<typeof listSchema>> {
  const response = await fetch(`${service.url}/classify?${query}`, { headers });
  return listSchema.parse(await response.json());
}

describe('GET /classify', () => {
  test('lists the jobs of a tenant, newest first, page by page', async () => {
    const headers = globex;
    const ids: string[] = [];
    for (const name of ['one', "it's", 'three']) {
      ids.unshift((await classify(service.url, { file: pdfWithPages([name]), categories: [name], headers })).job_id);
    }
    await expect
      .poll(async () => (await list('limit=100', headers)).data.slice(0, 3).map(({ job_id }) => job_id), {
        timeout: 20_000,
      })
      .toEqual(ids);

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
  ])('answers an empty list for %s, when there are no jobs', async (query) => {
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
      await expect.poll(async () => (await found()).map((job) => job.job_id), { timeout: 20_000 }).toEqual([job_id]);
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
    await expect.poll(newest, { timeout: 20_000 }).toEqual([newer, older]);
    const first = await list('limit=1', headers);
    const second = await list(`limit=1&cursor=${first.next_cursor}`, headers);
    expect(second.data.map(({ job_id }) => job_id)).toEqual([older]);
    standIn.release();
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'status=done',
    'created_after=yesterday',
    'created_before=2026-02-30',
    'created_after=2026-02-29T10:00:00Z',
    'cursor=%21',
    'cursor=__main__',
    'classification=%00',
    'limit=1&limit=2',
  ])('refuses ?%s and names it', async (query) => {
    const problem = await problemOf(await fetch(`${service.url}/classify?${query}`, { headers: acme }));

    expect(problem.status).toBe(400);
    expect(problem.detail).toContain(query.split('=')[0]);
  });
});
