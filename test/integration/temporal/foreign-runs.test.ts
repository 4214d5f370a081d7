import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError, type WorkflowStartOptions } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { fileIncomingDocument } from '../../../examples/child-workflow/file-incoming-document.ts';
import { taskQueues, type ClassifyDocumentInput } from '../../../src/domain/contract.ts';
import { searchAttributeKeys } from '../../../src/domain/search-attributes.ts';
import type { Retention } from '../../../src/domain/retention.ts';
import { createJobReader } from '../../../src/jobs/read-job.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import type { classifyDocument, deleteExpiredJobs } from '../../../workflows/index.ts';
import { pdfWithPages } from '../../support/documents.ts';
import { classify, finishedJob, getJob, startService, type TestService } from '../../support/service.ts';

const invoice = pdfWithPages(['Invoice number 1, total due 10 EUR']);
const base64 = Buffer.from(pdfWithPages(['Dear Sir or Madam, yours faithfully'])).toString('base64');
const letter = { source: { kind: 'inline', base64 }, categories: [{ name: 'letter' }] } as const;

let service: TestService;
/** Answers `/missing` with 404 and nothing else ever. */
let files: Server;
let filesUrl: string;
beforeAll(async () => {
  files = createServer((request, response) => {
    if (request.url === '/missing') response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  const address = files.address();
  filesUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  service = await startService({ ALLOWED_NETWORKS: '127.0.0.1' });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  files.closeAllConnections();
  files.close();
});

function start(
  workflowId: string,
  input: ClassifyDocumentInput,
  policies: Pick<WorkflowStartOptions, 'workflowIdConflictPolicy'> = {},
) {
  return service.namespace.client.workflow.start<typeof classifyDocument>('classifyDocument', {
    workflowId,
    taskQueue: taskQueues.workflow,
    args: [input],
    ...policies,
  });
}

/** The sentence with which a run fails. */
async function failureOf(run: ReturnType<typeof start>): Promise<string | undefined> {
  const failure: unknown = await (await run).result().catch((error: unknown) => error);
  return failure instanceof WorkflowFailedError ? failure.cause?.message : undefined;
}

function sweep(retention: Retention) {
  return service.namespace.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
    workflowId: `sweep-${randomUUID()}`,
    taskQueue: taskQueues.workflow,
    args: [retention],
  });
}

async function objectsOf(jobId: string): Promise<Record<string, string>> {
  const objects = await Array.fromAsync(service.store.list(jobKeys('default', jobId).prefix));
  return Object.fromEntries(objects.map(({ key, etag }) => [key, etag]));
}

describe('a run of another workflow that has the id of a finished job', () => {
  test('fails with a sentence, and leaves the job, its document and its result as they are', async () => {
    const { job_id: jobId } = await classify(service.url, { file: invoice });
    const job = await getJob(service.url, jobId);
    const before = await objectsOf(jobId);

    expect(await failureOf(start(jobId, letter))).toMatch(/^The workflow id of this run belongs to a finished job/);

    expect(await objectsOf(jobId)).toEqual(before);
    expect(await getJob(service.url, jobId)).toEqual(job);
    // Another process, which has read the job never before.
    const { client } = service.namespace;
    const reader = createJobReader({
      client,
      store: service.store,
      questions: { slots: 2, share: 0.5 },
    });
    expect(await reader.read('default', jobId)).toMatchObject({
      status: 'completed',
      result: { classification: 'invoice' },
    });
    await expect
      .poll(async () => {
        const list: { data: { job_id: string; status: string }[] } = JSON.parse(
          await (await fetch(`${service.url}/classify`)).text(),
        );
        return list.data.filter(({ job_id }) => job_id === jobId).map(({ status }) => status);
      })
      .toEqual(['completed']);
  });

  test('is none of the job: what the owner does with it leaves that run alone, and a rerun asks what the job asked', async () => {
    const { job_id: jobId } = await classify(service.url, { file: invoice });
    const job = await getJob(service.url, jobId);
    const slow = { kind: 'url', url: `${filesUrl}/never` } as const;
    const foreign = await start(jobId, { tenant: 'globex', source: slow, categories: [{ name: 'zebra' }] });
    const tenantOf = async () => (await foreign.describe()).typedSearchAttributes.get(searchAttributeKeys.tenant);
    await expect.poll(tenantOf).toBe('globex');
    const { client } = service.namespace;
    const reader = createJobReader({ client, store: service.store, questions: { slots: 2, share: 0.5 } });

    expect(await reader.read('default', jobId)).toMatchObject({ result: { classification: 'invoice' } });
    expect(await (await fetch(`${service.url}/classify/${jobId}/cancel`, { method: 'POST' })).json()).toEqual(job);
    const rerun = await fetch(`${service.url}/classify/${jobId}/rerun`, { method: 'POST' });
    const { job_id: rerunId } = z.object({ job_id: z.string() }).parse(await rerun.json());
    expect(await finishedJob(service.url, rerunId)).toMatchObject({ result: { classification: 'invoice' } });
    expect((await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE' })).status).toBe(200);

    expect((await foreign.describe()).status.name).toBe('RUNNING');
    expect((await fetch(`${service.url}/classify/${jobId}`)).status).toBe(404);
    await foreign.terminate();
  });

  test('is refused also where its document lies in the store already', async () => {
    const { job_id: jobId } = await classify(service.url, { file: invoice });
    const before = await objectsOf(jobId);
    const key = 'tenants/default/incoming/a.pdf';
    const { sizeBytes } = await service.store.put(key, invoice);
    const document = { key, sha256: 'ab'.repeat(32), sizeBytes, type: 'pdf' } as const;

    const failure = await failureOf(start(jobId, { ...letter, source: { kind: 'stored', key, document } }));

    expect(failure).toMatch(/^The workflow id of this run/);
    expect(await objectsOf(jobId)).toEqual(before);
  });

  test('is refused also where its starter would end a running one', async () => {
    const { job_id: jobId } = await classify(service.url, { file: invoice });
    const before = await objectsOf(jobId);

    const failure = await failureOf(start(jobId, letter, { workflowIdConflictPolicy: 'TERMINATE_EXISTING' }));

    expect(failure).toMatch(/^The workflow id of this run/);
    expect(await objectsOf(jobId)).toEqual(before);
  });

  test('is the same job where it is a later attempt of the same run', async () => {
    const workflowId = randomUUID();
    const handle = await start(workflowId, letter);
    await handle.result();
    const { runId } = await handle.describe();
    const { client } = service.namespace;
    const { events } = await handle.fetchHistory();
    const firstTask = events?.find(({ workflowTaskCompletedEventAttributes: task }) => task)?.eventId ?? null;

    await client.workflowService.resetWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId },
      workflowTaskFinishEventId: firstTask,
      requestId: randomUUID(),
      reason: 'tried again',
    });

    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ classification: 'letter' });
  });
});

describe('a run that was ended without its consent', () => {
  const hanging = { source: { kind: 'url', url: '' }, categories: [{ name: 'letter' }] } as const;

  test('has its outcome when Temporal has forgotten it, and goes when its time is over', async () => {
    const workflowId = randomUUID();
    const handle = await start(workflowId, { ...hanging, source: { kind: 'url', url: `${filesUrl}/hangs` } });
    await expect
      .poll(async () => (await fetch(`${service.url}/classify/${workflowId}`)).text(), { timeout: 30_000 })
      .toContain('processing');
    const keys = jobKeys('default', workflowId);
    await service.store.put(keys.source, invoice);
    await handle.terminate('because');
    const error = 'Classification was terminated by an operator';
    expect(await getJob(service.url, workflowId)).toMatchObject({ status: 'failed', error });

    await expect
      .poll(
        async () => {
          await sweep({});
          return (await service.store.head(keys.result)) !== undefined;
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    // Under an id that Temporal does not know, as it will not know this one.
    const forgotten = randomUUID();
    const outcome = Buffer.from((await service.store.get(keys.result))?.bytes ?? []).toString();
    await service.store.put(jobKeys('default', forgotten).result, Buffer.from(outcome.replace(workflowId, forgotten)));

    expect(await getJob(service.url, forgotten)).toMatchObject({ status: 'failed', error });
    await sweep({ jobDays: 1e-8 });
    expect(await objectsOf(workflowId)).toEqual({});
  });

  test('says that it ended with its parent', async () => {
    const { connection, namespace, client } = service.namespace;
    const taskQueue = `incoming-${randomUUID()}`;
    const workflowsPath = fileURLToPath(
      new URL('../../../examples/child-workflow/file-incoming-document.ts', import.meta.url),
    );
    const worker = await Worker.create({ connection, namespace, taskQueue, workflowsPath });
    const workflowId = `parent-${randomUUID()}`;

    const job = await worker.runUntil(async () => {
      const parent = await client.workflow.start<typeof fileIncomingDocument>('fileIncomingDocument', {
        workflowId,
        taskQueue,
        args: [{ url: `${filesUrl}/hangs`, fileName: 'a.pdf' }],
      });
      const statusOf = async () => (await fetch(`${service.url}/classify/${workflowId}-classify`)).status;
      await expect.poll(statusOf, { timeout: 30_000 }).toBe(200);
      await parent.terminate('because');
      return finishedJob(service.url, `${workflowId}-classify`);
    });

    expect(job.error).toBe('Classification was terminated with the workflow that had started it');
  });
});

test('the URL of a child is called what its author calls it', async () => {
  const input = { ...letter, source: { kind: 'url', url: `${filesUrl}/missing` } } as const;

  expect(await failureOf(start(randomUUID(), input))).toBe('source.url answered with HTTP 404.');
  const privateUrl = { ...letter, source: { kind: 'url', url: 'http://10.0.0.1/' } } as const;
  expect(await failureOf(start(randomUUID(), privateUrl))).toBe('The address of source.url is not allowed.');
});

test('what the API accepts, the workflow takes: 200 names and descriptions of control characters', async () => {
  const character = String.fromCodePoint(1);
  const categories = Array.from({ length: 200 }, (_, index) => ({
    name: `${index}${character.repeat(190)}`,
    description: character.repeat(80),
  }));

  expect(await classify(service.url, { file: invoice, categories })).toMatchObject({ status: 'completed' });
});
