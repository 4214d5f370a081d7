import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  dryRunSchema,
  operationListSchema,
  operationSchema,
  rerunDryRunSchema,
} from '../../../src/http/operations/operation-schemas.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import { readStart } from '../../../src/temporal/read-start.ts';
import { pdfWithPages } from '../../support/documents.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { problemOf } from '../../support/problem.ts';
import { classify, finishedJob, getJob, startService, submit, type TestService } from '../../support/service.ts';

type Headers = Readonly<Record<string, string>>;
const tenants = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
const keyOf = (tenant: string): Headers => ({ 'api-key': `${tenant}-key` });
let standIn: OpenAiStandIn;
let service: TestService;

beforeAll(async () => {
  standIn = await startOpenAiStandIn({ answer: () => ({ kind: 'answer', label: 'invoice' }) });
  service = await startService({
    API_KEYS: tenants.map((tenant) => `${tenant}:${tenant}-key`).join(','),
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: standIn.apiKey,
    OPENAI_MODEL: 'stand-in',
    BATCH_CONCURRENCY: '2',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});

const file = pdfWithPages(['one']);
const answered = { kind: 'answer', label: 'invoice' } as const;

function post(path: string, headers: Headers, body: unknown): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function start(path: string, headers: Headers, body: unknown): Promise<z.infer<typeof operationSchema>> {
  const response = await post(path, headers, body);
  expect(response.status).toBe(202);
  return operationSchema.parse(await response.json());
}

async function dryRun(path: string, headers: Headers, body: object): Promise<z.infer<typeof dryRunSchema>> {
  return dryRunSchema.parse(await (await post(path, headers, { ...body, dry_run: true })).json());
}

async function read(path: string, id: string, headers: Headers): Promise<z.infer<typeof operationSchema>> {
  return operationSchema.parse(await (await fetch(`${service.url}${path}/${id}`, { headers })).json());
}

async function ended(path: string, id: string, headers: Headers): Promise<z.infer<typeof operationSchema>> {
  await expect.poll(async () => (await read(path, id, headers)).status, { timeout: 60_000 }).not.toBe('running');
  return read(path, id, headers);
}

/** Until Temporal's visibility knows of them. */
async function untilFound(count: number, headers: Headers, filter: object): Promise<void> {
  const matched = async () => (await dryRun('/deletions', headers, { filter })).matched;
  await expect.poll(matched, { timeout: 20_000 }).toBe(count);
}

async function refusedJobs(count: number, headers: Headers): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    standIn.enqueue({ kind: 'refusal', refusal: 'No.' });
    const job = await classify(service.url, { file, headers });
    expect(job.status).toBe('failed');
    ids.push(job.job_id);
  }
  await untilFound(count, headers, { status: 'failed' });
  return ids;
}

async function repetitionsOf(jobId: string, headers: Headers): Promise<{ job_id: string; status: string }[]> {
  const listed = z.looseObject({ data: z.array(z.looseObject({ job_id: z.string(), status: z.string() })) });
  const response = await fetch(`${service.url}/classify?rerun_of=${jobId}`, { headers });
  return listed.parse(await response.json()).data;
}

const refused = { status: 'failed', failure_code: 'model_refused' };

describe('POST /reruns', () => {
  test('counts first, then runs each job again that the filter finds, behind all others', async () => {
    const headers = keyOf('one');
    const ids = await refusedJobs(3, headers);
    const { job_id: good } = await classify(service.url, { file, headers });
    await untilFound(4, headers, { created_after: '2026-01-01' });

    const promised = await post('/reruns', headers, { filter: refused, max_pages: 1, dry_run: true });
    expect(rerunDryRunSchema.parse(await promised.json())).toEqual({
      dry_run: true,
      matched: 3,
      by_status: { running: 0, completed: 0, failed: 3 },
      would_rerun: 3,
      skipped: {},
      would_fail: {},
    });
    const { id, matched, asked } = await start('/reruns', headers, { filter: refused, max_pages: 1 });
    const operation = await ended('/reruns', id, headers);

    expect({ matched, asked }).toEqual({ matched: 3, asked: { filter: refused, max_pages: 1 } });
    expect(operation).toMatchObject({ status: 'completed', counts: { done: 3, skipped: 0, failed: 0 }, errors: [] });
    await expect
      .poll(async () => (await read('/reruns', id, headers)).jobs, { timeout: 20_000 })
      .toEqual({ running: 0, completed: 3, failed: 0 });
    for (const first of ids) {
      const [again, ...more] = await repetitionsOf(first, headers);
      expect([again?.status, more]).toEqual(['completed', []]);
      expect((await readStart(service.namespace.client, again?.job_id ?? ''))?.priorityKey).toBe(5);
    }
    expect(await repetitionsOf(good, headers)).toEqual([]);
    const list = await fetch(`${service.url}/reruns?limit=1`, { headers });
    expect(operationListSchema.parse(await list.json())).toMatchObject({ data: [{ id }], has_more: false });
  });

  test('judges no document twice when it is sent twice, at once or later, or overlaps with another', async () => {
    const headers = keyOf('two');
    const ids = await refusedJobs(3, headers);
    const before = standIn.requests.length;
    const body = { filter: refused };

    const twins = await Promise.all([start('/reruns', headers, body), start('/reruns', headers, body)]);
    const [{ id }] = twins;
    const other = await start('/reruns', headers, { filter: { status: 'failed' } });
    const [first, second] = [await ended('/reruns', id, headers), await ended('/reruns', other.id, headers)];
    const all = await start('/reruns', headers, { all: true });
    const third = await ended('/reruns', all.id, headers);

    expect(new Set(twins.map((operation) => operation.id)).size).toBe(1);
    expect(other.id).not.toBe(id);
    expect(first.counts.done + second.counts.done).toBe(3);
    expect(third.counts).toMatchObject({ done: 0, failed: 0 });
    for (const jobId of ids) expect(await repetitionsOf(jobId, headers)).toHaveLength(1);
    expect(standIn.requests.length).toBe(before + 3);
    const key = { ...headers, 'Idempotency-Key': 'bulk-1' };
    const [keyed, same] = [await start('/reruns', key, body), await start('/reruns', key, body)];
    expect(same.id).toBe(keyed.id);
    await ended('/reruns', keyed.id, headers);
    expect(await problemOf(await post('/reruns', key, { all: true }))).toMatchObject({
      status: 422,
      code: 'idempotency_conflict',
    });
    // Its jobs would take the refusals that are meant for the next test's.
    await expect
      .poll(async () => (await read('/reruns', keyed.id, headers)).jobs, { timeout: 20_000 })
      .toMatchObject({ running: 0 });
  });

  test('runs so many at a time, and stops when it is told to', async () => {
    const headers = keyOf('three');
    const ids = await refusedJobs(5, headers);
    const before = standIn.requests.length;
    standIn.answerWith(() => ({ kind: 'held', reply: answered }));

    const { id } = await start('/reruns', headers, { filter: refused });
    await standIn.waitForRequests(before + 2);
    const stop = await post(`/reruns/${id}/cancel`, headers, {});
    const operation = await ended('/reruns', id, headers);
    standIn.answerWith(() => answered);
    standIn.release();

    expect(stop.status).toBe(202);
    expect(operation).toMatchObject({ status: 'cancelled', counts: { done: 2, skipped: 0, failed: 0 } });
    const started = await Promise.all(ids.map((jobId) => repetitionsOf(jobId, headers)));
    expect(started.flat()).toHaveLength(2);
    for (const { job_id } of started.flat()) {
      expect(await finishedJob(service.url, job_id, headers)).toMatchObject({ status: 'completed' });
    }
    expect((await post(`/reruns/${id}/cancel`, headers, {})).status).toBe(200);
  });

  test('counts what cannot be run again by its reason, and goes on with the others', async () => {
    const headers = keyOf('four');
    const [gone = '', ...others] = await refusedJobs(2, headers);
    await service.store.delete(jobKeys('four', gone).source);

    const { id } = await start('/reruns', headers, { filter: refused });

    expect(await ended('/reruns', id, headers)).toMatchObject({
      status: 'completed',
      counts: { done: others.length, skipped: 0, failed: 1 },
      errors: [{ code: 'document_missing', count: 1, example_job_id: gone }],
    });
  });
});

describe('POST /cancellations', () => {
  test('cancels all that runs, and nothing of another tenant', async () => {
    const [headers, foreign] = [keyOf('five'), keyOf('six')];
    standIn.answerWith(() => ({ kind: 'held', reply: answered }));
    const ids = [];
    for (let index = 0; index < 3; index++) ids.push(await submit(service.url, { file, headers }));
    const other = await submit(service.url, { file, headers: foreign });
    await untilFound(3, headers, { created_after: '2026-01-01' });

    const { id } = await start('/cancellations', headers, { all: true });
    const operation = await ended('/cancellations', id, headers);
    standIn.answerWith(() => answered);
    standIn.release();

    expect(operation).toMatchObject({ status: 'completed', matched: 3, counts: { done: 3, skipped: 0, failed: 0 } });
    for (const jobId of ids) {
      expect(await finishedJob(service.url, jobId, headers)).toMatchObject({ error: 'Classification was cancelled' });
    }
    expect(await finishedJob(service.url, other, foreign)).toMatchObject({ status: 'completed' });
    expect(await problemOf(await fetch(`${service.url}/cancellations/${id}`, { headers: foreign }))).toMatchObject({
      status: 404,
      detail: 'There is no such cancellation.',
    });
  });
});

describe('POST /deletions', () => {
  test('deletes what the filter finds, and leaves the rest', async () => {
    const headers = keyOf('seven');
    const letter = { kind: 'answer', label: 'letter' } as const;
    standIn.enqueue(letter);
    const { job_id: kept } = await classify(service.url, { file, headers });
    const gone = [];
    for (let index = 0; index < 3; index++) gone.push((await classify(service.url, { file, headers })).job_id);
    await untilFound(3, headers, { classification: 'invoice' });

    const { id } = await start('/deletions', headers, { filter: { classification: 'invoice' } });
    const operation = await ended('/deletions', id, headers);

    expect(operation).toMatchObject({ status: 'completed', counts: { done: 3, skipped: 0, failed: 0 } });
    for (const jobId of gone) {
      expect((await fetch(`${service.url}/classify/${jobId}`, { headers })).status).toBe(404);
      expect(await Array.fromAsync(service.store.list(jobKeys('seven', jobId).prefix))).toEqual([]);
    }
    expect(await getJob(service.url, kept, headers)).toMatchObject({ status: 'completed' });
  });
});
