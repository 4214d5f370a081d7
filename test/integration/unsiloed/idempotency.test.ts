import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdfWithPages, sampleInvoice } from '../../support/documents.ts';
import { problemOf } from '../../support/problem.ts';
import { finishedJob, post, startService, submit, type TestService } from '../../support/service.ts';

const acme = { 'api-key': 'acme-key' };
const globex = { 'api-key': 'globex-key' };
let service: TestService;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key' });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('Idempotency-Key', () => {
  test('makes ten requests at once one job', async () => {
    const headers = { ...acme, 'Idempotency-Key': 'ten-at-once' };
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => submit(service.url, { file: sampleInvoice, headers })),
    );

    expect(new Set(ids).size).toBe(1);
    const job = await finishedJob(service.url, ids[0] ?? '', acme);
    expect(job.status).toBe('completed');
    // One document is left of the ten that came.
    const folder = join(service.directory, 'objects');
    const names = await readdir(folder, { recursive: true });
    expect(names.filter((name) => name.includes(job.job_id) && /source-[0-9a-f-]{36}$/.test(name))).toHaveLength(1);
    expect(await submit(service.url, { file: sampleInvoice, headers })).toBe(job.job_id);
  });

  test.each([
    ['another document', { file: pdfWithPages(['other']) }],
    ['other categories', { file: sampleInvoice, categories: ['x'] }],
    ['other pages', { file: sampleInvoice, fields: { pages: '2' } }],
  ])('refuses %s under the same key', async (name, other) => {
    const headers = { ...acme, 'Idempotency-Key': `conflict ${name}` };
    const first = await submit(service.url, { file: sampleInvoice, headers });

    const response = await post(service.url, { ...other, headers });

    expect(await problemOf(response)).toMatchObject({ status: 422, code: 'idempotency_conflict' });
    expect((await finishedJob(service.url, first, acme)).status).toBe('completed');
  });

  test('is a key of one tenant', async () => {
    const key = { 'Idempotency-Key': 'shared' };
    const one = await submit(service.url, { file: sampleInvoice, headers: { ...acme, ...key } });
    const other = await submit(service.url, { file: sampleInvoice, headers: { ...globex, ...key } });

    expect(one).not.toBe(other);
  });

  test('that cannot be one is refused', async () => {
    const response = await post(service.url, {
      file: sampleInvoice,
      headers: { ...acme, 'Idempotency-Key': 'x'.repeat(300) },
    });

    expect((await problemOf(response)).detail).toMatch(/^Idempotency-Key/);
  });

  test('may be used anew once its job is deleted', async () => {
    const headers = { ...acme, 'Idempotency-Key': 'again' };
    const jobId = await submit(service.url, { file: sampleInvoice, headers });
    await finishedJob(service.url, jobId, acme);
    await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE', headers: acme });

    expect(await submit(service.url, { file: pdfWithPages(['other']), headers })).toBe(jobId);
    expect((await finishedJob(service.url, jobId, acme)).result?.total_pages).toBe(1);
  });
});
