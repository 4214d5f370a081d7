import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTenantSlots } from '../../../src/domain/tenant-slots.ts';
import { createJobReader } from '../../../src/jobs/read-job.ts';
import { createJobWaits } from '../../../src/jobs/wait-for-job.ts';
import { sampleInvoice } from '../../support/documents.ts';
import { startService, submit, type TestService } from '../../support/service.ts';
import { startSlowServer, type SlowServer } from '../../support/slow-server.ts';

let service: TestService;
let source: SlowServer;

beforeAll(async () => {
  source = await startSlowServer((response) => response.end(sampleInvoice));
  service = await startService({ ALLOWED_NETWORKS: '127.0.0.1' });
});
afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

test('1,500 waits for one job are a handful of questions to Temporal, and one that waits', async () => {
  const { client } = service.namespace;
  const jobId = await submit(service.url, { fields: { file_url: `${source.url}/slow.pdf` } });
  await vi.waitFor(() => expect(source.waiting.size).toBe(1), { timeout: 20_000 });
  const describes = vi.spyOn(client.workflowService, 'describeWorkflowExecution');
  const histories = vi.spyOn(client.workflowService, 'getWorkflowExecutionHistory');
  const reader = createJobReader({ client, store: service.store, questions: { slots: 32, share: 0.5 } });
  const slots = createTenantSlots({ slots: 400, share: 0.5 });
  const jobs = createJobWaits({ client, waits: slots }, reader);
  const { signal } = new AbortController();
  const answered: string[] = [];
  const waits = Array.from({ length: 1500 }, async () => {
    const { status } = await jobs.wait({ tenant: 'default', jobId, waitMs: 55_000, signal });
    answered.push(status);
  });

  await vi.waitFor(() => expect(answered).toHaveLength(1300), { timeout: 20_000 });

  expect(describes.mock.calls.length).toBeLessThanOrEqual(2);
  expect(histories.mock.calls).toHaveLength(1);
  source.release();
  await Promise.all(waits);
  expect(answered.slice(1300)).toEqual(Array.from({ length: 200 }, () => 'completed'));
  // Each read of a job that is over is one question more, for its result.
  expect(describes.mock.calls.length).toBeLessThanOrEqual(4);
  expect(histories.mock.calls.length).toBeLessThanOrEqual(4);
});

test('who waits for a job beside others leaves when their own time is over, and the others wait on', async () => {
  const { client } = service.namespace;
  const slow = await startSlowServer((response) => response.end(sampleInvoice));
  const jobId = await submit(service.url, { fields: { file_url: `${slow.url}/slow.pdf` } });
  const reader = createJobReader({ client, store: service.store, questions: { slots: 32, share: 0.5 } });
  const jobs = createJobWaits({ client, waits: createTenantSlots({ slots: 400, share: 0.5 }) }, reader);
  const gone = new AbortController();
  const { signal } = new AbortController();
  const waitFor = (waitMs: number, until = signal) =>
    jobs.wait({ tenant: 'default', jobId, waitMs, signal: until }).then(({ status }) => status);
  const short = waitFor(500);
  const left = waitFor(55_000, gone.signal);
  const long = waitFor(55_000);

  expect(await short).not.toBe('completed');
  gone.abort();
  expect(await left).not.toBe('completed');
  slow.release();

  expect(await long).toBe('completed');
  await slow[Symbol.asyncDispose]();
});
