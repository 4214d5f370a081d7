import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { sampleInvoice } from '../../support/documents.ts';
import { startService, submit, type JobAnswer, type TestService } from '../../support/service.ts';
import { startSlowServer, type SlowServer } from '../../support/slow-server.ts';

const acme = { 'api-key': 'key-of-acme' };
const globex = { 'api-key': 'key-of-globex' };
/** The half of `WAIT_CONCURRENCY`. */
const share = 2;

let service: TestService;
let source: SlowServer;

beforeAll(async () => {
  service = await startService({
    API_KEYS: 'acme:key-of-acme,globex:key-of-globex',
    ALLOWED_NETWORKS: '127.0.0.1',
    WAIT_CONCURRENCY: String(2 * share),
    PROGRESS_CONCURRENCY: '2',
  });
});
afterAll(() => service[Symbol.asyncDispose]());

/** Waits of acme for a job whose document does not come, one more than its share, of which one has been answered. */
async function waitTooOften() {
  source = await startSlowServer((response) => response.end(sampleInvoice));
  onTestFinished(() => source[Symbol.asyncDispose]());
  const jobId = await submit(service.url, { headers: acme, fields: { file_url: `${source.url}/slow.pdf` } });
  await vi.waitFor(() => expect(source.waiting.size).toBe(1), { timeout: 20_000 });
  const answered: JobAnswer[] = [];
  const waits = Array.from({ length: share + 1 }, async () => {
    const job = await waitFor(jobId, acme);
    answered.push(job);
    return job;
  });
  const first = await Promise.race(waits);
  return { jobId, first, answered, waits };
}

async function waitFor(jobId: string, headers: Readonly<Record<string, string>>): Promise<JobAnswer> {
  const response = await fetch(`${service.url}/classify/${jobId}?wait=55`, { headers });
  expect(response.status).toBe(200);
  const job: JobAnswer = JSON.parse(await response.text());
  return job;
}

test("a wait beyond the tenant's share is answered at once with the present state, and another tenant's waits", async () => {
  const { first, answered, waits } = await waitTooOften();
  const other = await submit(service.url, { headers: globex, file: sampleInvoice });

  expect(first.status).toBe('processing');
  expect(await waitFor(other, globex)).toMatchObject({ status: 'completed' });
  expect(answered).toHaveLength(1);
  source.release();
  expect((await Promise.all(waits)).map(({ status }) => status).toSorted()).toEqual([
    'completed',
    'completed',
    'processing',
  ]);
});

test("Extend's synchronous call is refused before it starts a run that it could not wait for", async () => {
  const { jobId, waits } = await waitTooOften();
  const countRuns = async (query?: string) => (await service.namespace.client.workflow.count(query)).count;
  await expect.poll(() => countRuns(`WorkflowId = '${jobId}'`)).toBe(1);
  const before = await countRuns();

  const refused = await fetch(`${service.url}/classify`, {
    method: 'POST',
    headers: { authorization: 'Bearer key-of-acme', 'content-type': 'application/json' },
    body: JSON.stringify({
      file: { text: 'Invoice' },
      config: { classifications: [{ id: 'invoice', type: 'invoice', description: 'a bill' }] },
    }),
  });

  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(JSON.stringify(await refused.json())).toContain('Nothing was started');
  expect(await countRuns()).toBe(before);
  source.release();
  await Promise.all(waits);
});

test("polls beyond the tenant's share of questions to workers are answered without asking them", async () => {
  await using idle = await startService({ PROGRESS_CONCURRENCY: '2', QUEUES: 'render' });
  const jobIds = await Promise.all(Array.from({ length: 4 }, () => submit(idle.url, { file: sampleInvoice })));
  // A run that has heard something is asked for its progress; nobody is there to tell it.
  for (const jobId of jobIds) await idle.namespace.client.workflow.getHandle(jobId).signal('anything');
  const answered: string[] = [];
  const polls = jobIds.map(async (jobId) => {
    const response = await fetch(`${idle.url}/classify/${jobId}`);
    answered.push(await response.text());
  });
  await vi.waitFor(() => expect(answered).toHaveLength(3), { timeout: 10_000, interval: 5 });

  for (let count = 0; count < 10; count++) await (await fetch(`${idle.url}/livez`)).text();

  expect(answered).toHaveLength(3);
  await Promise.all(polls);
  for (const text of answered) expect(JSON.parse(text)).toMatchObject({ status: 'processing' });
});
