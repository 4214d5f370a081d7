import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { taskQueues } from '../../../src/domain/contract.ts';
import { z } from 'zod';
import type { DeletedCounts, Retention } from '../../../src/domain/retention.ts';
import { createJobReader } from '../../../src/jobs/read-job.ts';
import { jobKeys, operationKeys } from '../../../src/records/keys.ts';
import type { classifyDocument, deleteExpiredJobs } from '../../../workflows/index.ts';
import { sampleInvoice } from '../../support/documents.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { classify, finishedJob, getJob, startService, submit, type TestService } from '../../support/service.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

const s3 = inject('s3');
const acme = { 'api-key': 'acme-key' };
/** A millisecond or so: all that is finished is old. */
const noTime = 1e-8;

const stores = [
  ['a folder', {}],
  [
    'S3',
    {
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY: s3.accessKey,
      S3_SECRET_KEY: s3.secretKey,
      S3_REGION: s3.region,
      S3_BUCKET: `retention-${randomUUID()}`,
    },
  ],
] as const;

describe.each(stores)('the sweep of jobs whose time is over, with documents in %s', (_, settings) => {
  let standIn: OpenAiStandIn;
  let receiver: WebhookReceiver;
  let service: TestService;

  beforeAll(async () => {
    standIn = await startOpenAiStandIn();
    receiver = await startWebhookReceiver();
    service = await startService({
      ...settings,
      API_KEYS: 'acme:acme-key',
      OPENAI_BASE_URL: standIn.baseUrl,
      OPENAI_API_KEY: standIn.apiKey,
      OPENAI_MODEL: 'stand-in',
      ALLOWED_NETWORKS: '127.0.0.1',
    });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    await standIn[Symbol.asyncDispose]();
  });

  function sweep(retention: Retention): Promise<DeletedCounts> {
    return service.namespace.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
      workflowId: `sweep-${randomUUID()}`,
      taskQueue: taskQueues.workflow,
      args: [retention],
    });
  }

  async function objectsOf(jobId: string): Promise<string[]> {
    const objects = await Array.fromAsync(service.store.list(jobKeys('acme', jobId).prefix));
    return objects.map(({ key }) => key);
  }

  /** Temporal's visibility learns of a run's end a moment later. */
  async function untilListed(workflowId: string, status = 'Completed'): Promise<void> {
    const query = `WorkflowId = '${workflowId}' AND ExecutionStatus = '${status}'`;
    const listed = async () => (await service.namespace.client.workflow.count(query)).count;
    await expect.poll(listed, { timeout: 20_000 }).toBe(1);
  }

  test('deletes a finished one whole: its runs, its document, its pages and its result, and nothing else', async () => {
    const beside = ['tenants/acme/webhook-secret.json', 'tenants/acme/classifiers/c/draft.json', 'other/jobs/x/source'];
    for (const key of beside.slice(1)) await service.store.put(key, Buffer.from('{}'));
    const fields = { webhook_url: `${receiver.url}/finished` };
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme, fields });
    await service.namespace.client.workflow.getHandle(`${job_id}-webhook`).result();
    for (const id of [job_id, `${job_id}-webhook`]) await untilListed(id);
    expect(await objectsOf(job_id)).not.toEqual([]);

    const deleted = await sweep({ jobDays: noTime });

    expect(deleted.executions).toBeGreaterThanOrEqual(2);
    expect(await objectsOf(job_id)).toEqual([]);
    const reader = createJobReader({
      client: service.namespace.client,
      store: service.store,
      questions: { slots: 2, share: 0.5 },
    });
    await expect(reader.read('acme', job_id)).rejects.toMatchObject({ code: 'not_found' });
    for (const key of beside) expect(await service.store.head(key)).toBeDefined();
  });

  test('leaves one that was finished a moment ago', async () => {
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme });
    await untilListed(job_id);

    await sweep({ jobDays: 1, uploadDays: 1 });

    expect(await objectsOf(job_id)).not.toEqual([]);
    expect(await getJob(service.url, job_id, acme)).toMatchObject({ status: 'completed' });
  });

  test('leaves one that still runs, however long it has waited', async () => {
    standIn.enqueue(
      { kind: 'held', reply: { kind: 'answer', label: 'A' } },
      { kind: 'held', reply: { kind: 'answer', label: 'A' } },
    );
    const before = standIn.requests.length;
    const jobId = await submit(service.url, { file: sampleInvoice, headers: acme });
    await standIn.waitForRequests(before + 2);

    await sweep({ jobDays: noTime, uploadDays: noTime });
    standIn.release();

    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
  });

  test('leaves one whose webhook is still being delivered', async () => {
    receiver.enqueue({ status: 500 });
    const fields = { webhook_url: `${receiver.url}/slow` };
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme, fields });
    await expect
      .poll(() => receiver.received.filter(({ path }) => path === '/slow').length, { timeout: 20_000 })
      .toBe(1);
    await untilListed(job_id);

    await sweep({ jobDays: noTime });

    expect(await objectsOf(job_id)).toContain(jobKeys('acme', job_id).result);
    expect(await getJob(service.url, job_id, acme)).toMatchObject({ status: 'completed' });
    await service.namespace.client.workflow.getHandle(`${job_id}-webhook`).terminate();
  });

  test('deletes the older of two runs that share an id, and leaves the documents to the younger', async () => {
    const { client } = service.namespace;
    const jobId = randomUUID();
    const base64 = Buffer.from(sampleInvoice).toString('base64');
    const start = () =>
      client.workflow.start<typeof classifyDocument>('classifyDocument', {
        workflowId: jobId,
        taskQueue: taskQueues.workflow,
        args: [{ tenant: 'acme', source: { kind: 'inline', base64 }, categories: [{ name: 'a' }, { name: 'b' }] }],
      });
    const startHeld = async () => {
      standIn.enqueue({ kind: 'held', reply: { kind: 'answer', label: 'A' } });
      const before = standIn.requests.length;
      const run = await start();
      await standIn.waitForRequests(before + 1);
      return run;
    };
    const older = await startHeld();
    await older.terminate();
    standIn.release();
    await untilListed(jobId, 'Terminated');
    const younger = await startHeld();

    await sweep({ jobDays: noTime });
    standIn.release();

    expect(await objectsOf(jobId)).toContain(jobKeys('acme', jobId).source);
    await expect(younger.result()).resolves.toMatchObject({ jobId });
  });

  test('deletes what the store holds of a job that Temporal has forgotten, once its time is over', async () => {
    const { job_id } = await classify(service.url, { file: sampleInvoice, headers: acme });
    const result = await service.store.get(jobKeys('acme', job_id).result);
    const forgotten = randomUUID();
    const outcome = Buffer.from(result?.bytes ?? [])
      .toString()
      .replaceAll(job_id, forgotten);
    await service.store.put(jobKeys('acme', forgotten).result, Buffer.from(outcome));

    await sweep({ jobDays: 1, uploadDays: noTime });
    expect(await getJob(service.url, forgotten, acme)).toMatchObject({ job_id: forgotten, status: 'completed' });
    const { storedJobs } = await sweep({ jobDays: noTime });

    expect(storedJobs).toBe(1);
    expect(await objectsOf(forgotten)).toEqual([]);
  });

  test('deletes an upload whose job never started, once it is old, also where finished jobs are kept', async () => {
    const jobId = randomUUID();
    const { source } = jobKeys('acme', jobId);
    await service.store.put(source, Buffer.from('%PDF-1.7'));

    await sweep({ uploadDays: 1 });
    expect(await objectsOf(jobId)).toEqual([source]);
    const { abandonedUploads } = await sweep({ uploadDays: noTime });

    expect(abandonedUploads).toBe(1);
    expect(await objectsOf(jobId)).toEqual([]);
  });

  test('deletes what an operation on many jobs was asked for and has come to, once its time is over', async () => {
    const headers = { ...acme, 'content-type': 'application/json' };
    const body = JSON.stringify({ filter: { batch_id: 'none' } });
    const created = await fetch(`${service.url}/deletions`, { method: 'POST', headers, body });
    const { id } = z.looseObject({ id: z.string() }).parse(await created.json());
    await service.namespace.client.workflow.getHandle(id).result();
    await untilListed(id);
    const read = async (): Promise<number> => (await fetch(`${service.url}/deletions/${id}`, { headers })).status;

    await sweep({ jobDays: 1, uploadDays: 1 });
    expect(await read()).toBe(200);
    await sweep({ jobDays: noTime });

    expect(await Array.fromAsync(service.store.list(operationKeys('acme', id).prefix))).toEqual([]);
    expect(await read()).toBe(404);
  });

  test('does nothing the second time', async () => {
    await sweep({ uploadDays: noTime });

    expect(await sweep({ uploadDays: noTime })).toEqual({ executions: 0, storedJobs: 0, abandonedUploads: 0 });
  });
});
