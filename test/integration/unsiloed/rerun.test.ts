import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { jobKeys } from '../../../src/records/keys.ts';
import { bytes, pdfWithPages, sampleInvoice } from '../../support/documents.ts';
import { serveOnce } from '../../support/serve-once.ts';
import type { AnswerQuestion } from '../../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { problemOf } from '../../support/problem.ts';
import { classify, finishedJob, startService, submit, type TestService } from '../../support/service.ts';
import { startWebhookReceiver } from '../../support/webhook-receiver.ts';

const acme = { 'api-key': 'acme-key' };
const globex = { 'api-key': 'globex-key' };
let standIn: OpenAiStandIn;
let service: TestService;

beforeAll(async () => {
  standIn = await startOpenAiStandIn({ answer: firstByName });
  service = await startService({
    API_KEYS: 'acme:acme-key,globex:globex-key',
    ALLOWED_NETWORKS: '127.0.0.1',
    QUOTAS: 'globex:3',
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: standIn.apiKey,
    OPENAI_MODEL: 'stand-in',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});

/** The same whatever the order of the options, which is another one for each job. */
const firstByName: AnswerQuestion = ({ options }) => {
  const [first] = options.map(({ code, name }) => ({ code, name })).toSorted((a, b) => a.name.localeCompare(b.name));
  return { kind: 'answer', label: first?.code ?? '' };
};
const held = { kind: 'held', reply: { kind: 'answer', label: 'invoice' } } as const;
const rerunSchema = z.looseObject({ job_id: z.string(), rerun_of: z.string() });

async function post(jobId: string, body?: unknown, headers: Record<string, string> = acme): Promise<Response> {
  return fetch(`${service.url}/classify/${encodeURIComponent(jobId)}/rerun`, {
    method: 'POST',
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function rerun(jobId: string, body?: unknown, headers?: Record<string, string>) {
  const response = await post(jobId, body, headers);
  expect(response.status).toBe(202);
  return rerunSchema.parse(await response.json());
}

function remove(jobId: string): Promise<Response> {
  return fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE', headers: acme });
}

describe('POST /classify/{job_id}/rerun', () => {
  test('judges the document again, with all that the first job was asked for', async () => {
    const fields = { instructions: 'Reminders are letters.', metadata: '{"order": 7}', unknown: 'allow', pages: '2' };
    const file = pdfWithPages(['one', 'two', 'three']);
    const first = await classify(service.url, { file, fields, fileName: 'mail.pdf', headers: acme });

    const { job_id, rerun_of } = await rerun(first.job_id);
    const again = await finishedJob(service.url, job_id, acme);

    expect(rerun_of).toBe(first.job_id);
    expect(job_id).not.toBe(first.job_id);
    expect(again).toEqual({ ...first, job_id });
    const asked = JSON.stringify(standIn.requests.at(-1)?.body);
    for (const part of ['Reminders are letters.', 'Page 2 of 3', 'None of the other options'])
      expect(asked).toContain(part);
    const answer = await fetch(`${service.url}/classify/${job_id}?include=metadata,rerun_of`, { headers: acme });
    expect(await answer.json()).toMatchObject({ metadata: { order: 7 }, rerun_of: first.job_id });
    await expect
      .poll(async () => (await fetch(`${service.url}/classify?rerun_of=${first.job_id}`, { headers: acme })).json())
      .toMatchObject({ data: [{ job_id, rerun_of: first.job_id }] });
  });

  test('asks with other categories, instructions and pages where they are given', async () => {
    const first = await classify(service.url, { file: pdfWithPages(['one', 'two']), headers: acme });

    const { job_id } = await rerun(first.job_id, {
      categories: [{ name: 'memo', description: 'within the house' }, 'note'],
      instructions: 'Look at the head.',
      pages: '2-',
      max_pages: 1,
    });
    const again = await finishedJob(service.url, job_id, acme);

    expect(again.result).toMatchObject({ classification: 'memo', page_results: [{ page: 2 }], total_pages: 1 });
    expect(JSON.stringify(standIn.requests.at(-1)?.body)).toContain('Look at the head.');
  });

  test('is one job for two clicks, and for a repetition after its end', async () => {
    const { job_id } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });
    const asked = standIn.requests.length;

    const clicks = await Promise.all(Array.from({ length: 5 }, () => rerun(job_id)));
    const [one = ''] = clicks.map((click) => click.job_id);
    await finishedJob(service.url, one, acme);
    clicks.push(await rerun(job_id));

    expect(new Set(clicks.map((click) => click.job_id))).toEqual(new Set([one]));
    expect(standIn.requests.length).toBe(asked + 1);
  });

  test('is another job for other changes, which may alternate, and for another Idempotency-Key', async () => {
    const { job_id } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });
    const key = (value: string) => ({ ...acme, 'Idempotency-Key': value });

    const ids = [
      (await rerun(job_id)).job_id,
      (await rerun(job_id, { instructions: 'Others.' })).job_id,
      (await rerun(job_id)).job_id,
      (await rerun(job_id, {}, key('rerun-1'))).job_id,
      (await rerun(job_id, {}, key('rerun-2'))).job_id,
    ];

    expect(new Set(ids).size).toBe(4);
    expect(ids[2]).toBe(ids[0]);
    await finishedJob(service.url, ids[3] ?? '', acme);
    expect((await rerun(job_id, {}, key('rerun-1'))).job_id).toBe(ids[3]);
    const other = await problemOf(await post(job_id, { pages: '1' }, key('rerun-1')));
    expect(other).toMatchObject({ status: 422, code: 'idempotency_conflict' });
  });

  test('has its run also when its Idempotency-Key comes again just after it was deleted', async () => {
    const { job_id: first } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });
    const headers = { ...acme, 'Idempotency-Key': 'deleted-rerun' };
    const { job_id } = await rerun(first, {}, headers);
    await finishedJob(service.url, job_id, acme);
    expect((await remove(job_id)).status).toBe(200);

    expect((await rerun(first, {}, headers)).job_id).toBe(job_id);

    expect(await finishedJob(service.url, job_id, acme)).toMatchObject({ status: 'completed' });
  });

  test('goes on when the first job is deleted, and stays when that one goes', async () => {
    const { job_id: first } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });
    const asked = standIn.requests.length;
    standIn.enqueue(held);
    const { job_id } = await rerun(first);
    await standIn.waitForRequests(asked + 1);
    expect((await remove(first)).status).toBe(200);
    standIn.release();

    expect(await finishedJob(service.url, job_id, acme)).toMatchObject({ status: 'completed' });
    const { job_id: third } = await rerun(job_id);
    expect(await finishedJob(service.url, third, acme)).toMatchObject({ status: 'completed' });
  });

  test('is refused for a job that is gone, that runs, or whose document is gone', async () => {
    const { job_id: gone } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });
    const { job_id: bare } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });
    await remove(gone);
    await service.store.delete(jobKeys('acme', bare).source);
    const asked = standIn.requests.length;
    standIn.enqueue(held);
    const running = await submit(service.url, { file: pdfWithPages(['one']), headers: acme });

    expect(await problemOf(await post(gone))).toMatchObject({ status: 404, code: 'not_found' });
    expect(await problemOf(await post(bare))).toMatchObject({
      status: 422,
      code: 'document_missing',
      detail: 'The document of this job was deleted, so it cannot be run again.',
    });
    expect(await problemOf(await post(running))).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/^This job is still (queued|processing); only one that is over can be run again/),
    });
    await standIn.waitForRequests(asked + 1);
    standIn.release();
    await finishedJob(service.url, running, acme);
  });

  test('takes what was fetched from a URL, and fetches what never came', async () => {
    const server = await serveOnce(sampleInvoice, bytes('no document'), sampleInvoice);
    const fields = { file_url: server.url };
    const first = await classify(service.url, { fields, headers: acme });
    const failed = await classify(service.url, { fields, headers: acme });

    const again = await finishedJob(service.url, (await rerun(first.job_id)).job_id, acme);
    const fetched = await finishedJob(service.url, (await rerun(failed.job_id)).job_id, acme);

    expect([first.status, failed.status]).toEqual(['completed', 'failed']);
    expect(again).toEqual({ ...first, job_id: again.job_id });
    expect(fetched.result).toEqual(first.result);
  });

  test('tells the webhook of the first job, unless it is asked not to', async () => {
    await using receiver = await startWebhookReceiver();
    const fields = { webhook_url: receiver.url };
    const { job_id } = await classify(service.url, { file: pdfWithPages(['one']), fields, headers: acme });
    const silent = await rerun(job_id, { webhook: false });
    await finishedJob(service.url, silent.job_id, acme);
    const told = await rerun(job_id);
    await finishedJob(service.url, told.job_id, acme);

    const heard = () =>
      receiver.received.map(({ body }) => z.looseObject({ job_id: z.string() }).parse(JSON.parse(body)).job_id);
    await expect.poll(heard, { timeout: 20_000 }).toEqual([job_id, told.job_id]);
  });

  test('counts as a document of the quota, once for a second click', async () => {
    const { job_id } = await classify(service.url, { file: pdfWithPages(['one']), headers: globex });

    const first = await rerun(job_id, undefined, globex);
    await rerun(job_id, undefined, globex);
    const second = await rerun(job_id, { instructions: 'Others.' }, globex);

    expect(first).toMatchObject({ quota_remaining: 1 });
    expect(second).toMatchObject({ quota_remaining: 0 });
    const refused = await post(job_id, { instructions: 'Yet others.' }, globex);
    expect(refused.status).toBe(402);
  });

  test.each([
    [{ instrutions: 'x' }, 'The request body: has the unknown member "instrutions"; did you mean instructions?'],
    [{ pages: 'first' }, 'pages must look like "1-3,7" or "5-"; "first" does not'],
    [{ max_pages: 51 }, 'max_pages must be a whole number from 1 to 50; got 51'],
    [{ categories: ['a', 'a'] }, 'categories.1 repeats the name of item 0; names must be unique'],
    [{ classifier_version: 'latest' }, 'classifier_version names a version of a classifier, and this job is of none'],
  ])('refuses %j by its name', async (body, detail) => {
    const { job_id } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });

    expect(await problemOf(await post(job_id, body))).toMatchObject({ status: 400, detail });
  });

  test("knows no other tenant's jobs", async () => {
    const { job_id } = await classify(service.url, { file: pdfWithPages(['one']), headers: acme });

    expect(await problemOf(await post(job_id, undefined, globex))).toMatchObject({ status: 404, code: 'not_found' });
  });
});
