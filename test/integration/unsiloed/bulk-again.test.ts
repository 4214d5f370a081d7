import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { operationSchema, rerunDryRunSchema } from '../../../src/http/operations/operation-schemas.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import { pdfWithPages } from '../../support/documents.ts';
import type { AnswerQuestion } from '../../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { classify, finishedJob, startService, type TestService } from '../../support/service.ts';

type Headers = Readonly<Record<string, string>>;
const tenants = ['corrects', 'stops', 'repeats', 'cancels', 'deletes', 'pays', 'chains', 'many', 'stopping'];
let standIn: OpenAiStandIn;
let service: TestService;

beforeAll(async () => {
  standIn = await startOpenAiStandIn({ answer: firstByName });
  service = await startService({
    API_KEYS: tenants.map((tenant) => `${tenant}:${tenant}-key`).join(','),
    QUOTAS: 'pays:2',
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: standIn.apiKey,
    OPENAI_MODEL: 'stand-in',
    BATCH_CONCURRENCY: '2',
    DRY_RUN_JOBS: '5',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});

const file = pdfWithPages(['one']);
/** The same whatever the order of the options, which is another one for each job. */
const firstByName: AnswerQuestion = ({ options }) => {
  const [first] = options.map(({ code, name }) => ({ code, name })).toSorted((a, b) => a.name.localeCompare(b.name));
  return { kind: 'answer', label: first?.code ?? '' };
};
const everyJob = { filter: { created_after: '2026-01-01' } };
const wrong = { ...everyJob, categories: ['wrong', 'typo'] };
const right = { ...everyJob, categories: ['invoice', 'reminder'] };

function keyOf(tenant: string, idempotencyKey?: string): Headers {
  return { 'api-key': `${tenant}-key`, ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) };
}

function post(path: string, headers: Headers, body: unknown): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function dryRun(headers: Headers, body: object): Promise<z.infer<typeof rerunDryRunSchema>> {
  return rerunDryRunSchema.parse(await (await post('/reruns', headers, { ...body, dry_run: true })).json());
}

type Operation = z.infer<typeof operationSchema>;

async function start(headers: Headers, body: unknown, path = '/reruns'): Promise<Operation> {
  const response = await post(path, headers, body);
  expect(response.status).toBe(202);
  return operationSchema.parse(await response.json());
}

async function read(id: string, headers: Headers, path = '/reruns'): Promise<Operation> {
  return operationSchema.parse(await (await fetch(`${service.url}${path}/${id}`, { headers })).json());
}

async function ended(id: string, headers: Headers, path = '/reruns'): Promise<Operation> {
  await expect.poll(async () => (await read(id, headers, path)).status, { timeout: 60_000 }).not.toBe('running');
  return read(id, headers, path);
}

/** Runs to the end, the jobs that it has started too. */
async function rerun(headers: Headers, body: unknown): Promise<Operation> {
  const { id } = await start(headers, body);
  const operation = await ended(id, headers);
  await expect
    .poll(async () => (await read(id, headers)).jobs, { timeout: 60_000 })
    .toEqual({ running: 0, completed: operation.counts.done, failed: 0 });
  return operation;
}

async function remove(headers: Headers, filter: object, path = '/deletions'): Promise<void> {
  const { id } = await start(headers, { filter }, path);
  expect(await ended(id, headers, path)).toMatchObject({ status: 'completed' });
}

/** Until Temporal's visibility knows of all that are over. */
async function jobs(count: number, headers: Headers): Promise<string[]> {
  const classified = Array.from({ length: count }, () => classify(service.url, { file, headers }));
  const ids = (await Promise.all(classified)).map(({ job_id }) => job_id);
  await expect.poll(async () => (await dryRun(headers, everyJob)).matched, { timeout: 20_000 }).toBe(count);
  return ids;
}

async function classesOf(jobId: string, headers: Headers): Promise<string[]> {
  const listed = z.looseObject({ data: z.array(z.looseObject({ job_id: z.string() })) });
  const { data } = listed.parse(await (await fetch(`${service.url}/classify?rerun_of=${jobId}`, { headers })).json());
  const answers = await Promise.all(data.map(({ job_id }) => finishedJob(service.url, job_id, headers)));
  return answers.map(({ result }) => result?.classification ?? '').toSorted();
}

describe('a bulk rerun of what was run again already', () => {
  test('judges each document once when the question is another one, as its dry run said', async () => {
    const headers = keyOf('corrects');
    const ids = await jobs(2, headers);
    expect(await rerun(headers, wrong)).toMatchObject({ counts: { done: 2, skipped: 0, failed: 0 }, skipped: {} });

    const promised = await dryRun(headers, right);
    const corrected = await rerun(headers, right);

    expect(promised).toMatchObject({ matched: 4, would_rerun: 2, skipped: { same_document: 2 }, would_fail: {} });
    expect(corrected).toMatchObject({ counts: { done: 2, skipped: 2, failed: 0 }, skipped: { same_document: 2 } });
    for (const id of ids) expect(await classesOf(id, headers)).toEqual(['invoice', 'typo']);
  });

  test('goes by the class that a rerun got, however young that is', async () => {
    const headers = keyOf('chains');
    const [id = ''] = await jobs(1, headers);
    await rerun(headers, wrong);
    const filter = { classification: 'typo' };
    await expect.poll(async () => (await dryRun(headers, { filter })).would_rerun, { timeout: 20_000 }).toBe(1);

    const corrected = await rerun(headers, { filter, categories: ['invoice', 'reminder'] });

    expect(corrected.counts).toEqual({ done: 1, skipped: 0, failed: 0 });
    expect(await classesOf(id, headers)).toEqual(['typo']);
  });

  test('passes by what an equal request has done, and does it again for a key of its own', async () => {
    const headers = keyOf('repeats');
    const ids = await jobs(2, headers);
    const { id } = await rerun(headers, wrong);
    const asked = standIn.requests.length;
    const again = { ...wrong, filter: { ...wrong.filter, status: 'completed' } };

    expect(await dryRun(headers, wrong)).toMatchObject({
      would_rerun: 0,
      skipped: { same_request: 4 },
      operation_id: id,
    });
    expect((await start(headers, wrong)).id).toBe(id);
    const reasons = { rerun_already: 2, same_document: 2 };
    expect(await dryRun(headers, again)).toMatchObject({ matched: 4, would_rerun: 0, skipped: reasons });
    const equal = await rerun(headers, again);
    expect(equal).toMatchObject({ counts: { done: 0, skipped: 4, failed: 0 }, skipped: reasons });
    expect(standIn.requests.length).toBe(asked);

    const key = keyOf('repeats', 'on-purpose');
    expect(await dryRun(key, again)).toMatchObject({ would_rerun: 2, skipped: { same_document: 2 } });
    expect((await rerun(key, again)).counts).toEqual({ done: 2, skipped: 2, failed: 0 });
    for (const jobId of ids) expect(await classesOf(jobId, headers)).toEqual(['typo', 'typo']);
  });

  test('begins again after it was stopped and its jobs were cancelled', async () => {
    const headers = keyOf('stops');
    const ids = await jobs(3, headers);
    const before = standIn.requests.length;
    standIn.answerWith(() => ({ kind: 'held', reply: { kind: 'answer', label: 'wrong' } }));
    const first = await start(headers, wrong);
    await standIn.waitForRequests(before + 2);
    await post(`/reruns/${first.id}/cancel`, headers, {});
    await ended(first.id, headers);
    await remove(headers, { batch_id: first.id }, '/cancellations');
    standIn.answerWith(firstByName);
    standIn.release();

    const promised = await dryRun(headers, wrong);
    const second = await rerun(headers, wrong);

    expect(second.id).not.toBe(first.id);
    expect(promised.would_rerun).toBe(3);
    expect(second.counts).toMatchObject({ done: 3, failed: 0 });
    for (const id of ids) expect((await classesOf(id, headers)).filter((name) => name !== '')).toEqual(['typo']);
  });

  test('is another operation as soon as the first was told to stop', async () => {
    const headers = keyOf('stopping');
    await jobs(3, headers);
    const before = standIn.requests.length;
    standIn.answerWith(() => ({ kind: 'held', reply: { kind: 'answer', label: 'wrong' } }));
    const first = await start(headers, wrong);
    await standIn.waitForRequests(before + 2);
    await post(`/reruns/${first.id}/cancel`, headers, {});

    const second = await start(headers, wrong);
    standIn.answerWith(firstByName);
    standIn.release();

    expect(second.id).not.toBe(first.id);
    expect(await ended(second.id, headers)).toMatchObject({ counts: { done: 1 }, skipped: { rerun_already: 2 } });
    await expect.poll(async () => (await read(second.id, headers)).jobs?.completed, { timeout: 20_000 }).toBe(1);
  });

  test.each([
    ['cancelled', 'cancels'],
    ['deleted', 'deletes'],
  ])('is another operation when its jobs were %s', async (how, tenant) => {
    const headers = keyOf(tenant);
    await jobs(1, headers);
    const before = standIn.requests.length;
    if (how === 'cancelled') {
      standIn.answerWith(() => ({ kind: 'held', reply: { kind: 'answer', label: 'wrong' } }));
    }
    const first = await start(headers, wrong);
    await standIn.waitForRequests(before + 1);
    await ended(first.id, headers);
    const path = how === 'cancelled' ? '/cancellations' : '/deletions';
    await expect
      .poll(async () => (await read(first.id, headers)).jobs, { timeout: 20_000 })
      .toMatchObject(how === 'cancelled' ? { running: 1 } : { completed: 1 });
    await remove(headers, { batch_id: first.id }, path);
    standIn.answerWith(firstByName);
    standIn.release();
    await expect.poll(async () => (await dryRun(headers, wrong)).would_rerun, { timeout: 20_000 }).toBe(1);

    const second = await start(headers, wrong);

    expect(second.id).not.toBe(first.id);
    expect((await ended(second.id, headers)).counts).toMatchObject({ done: 1 });
  });

  test('tells what cannot be run again before it is tried, and what it did not look at', async () => {
    const headers = keyOf('many');
    const ids = await jobs(5, headers);
    await service.store.delete(jobKeys('many', ids[0] ?? '').source);

    expect(await dryRun(headers, wrong)).toMatchObject({ would_rerun: 4, would_fail: { document_missing: 1 } });
    await classify(service.url, { file, headers });
    await expect.poll(async () => (await dryRun(headers, wrong)).not_examined, { timeout: 20_000 }).toBe(1);
  });

  test('is not kept from a job by a rerun that the quota refused, as its dry run tells', async () => {
    const headers = keyOf('pays');
    const [first = ''] = await jobs(2, headers);
    const { id } = await start(headers, wrong);
    expect(await ended(id, headers)).toMatchObject({ errors: [{ code: 'quota_exceeded', count: 2 }] });

    const { filter: _, ...changes } = wrong;
    expect((await post(`/classify/${first}/rerun`, headers, changes)).status).toBe(402);

    const dry = await dryRun(headers, wrong);
    expect(dry).toMatchObject({ would_rerun: 0, skipped: {}, would_fail: { quota_exceeded: 2 } });
    expect(await classesOf(first, headers)).toEqual([]);
  });
});
