import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { taskQueues } from '../../../src/domain/contract.ts';
import type { classifyDocument } from '../../../workflows/index.ts';
import { pdfWithPages } from '../../support/documents.ts';
import { getJob, startService, type TestService } from '../../support/service.ts';

const s3 = inject('s3');
const stores = [
  ['a folder', {}],
  [
    'S3',
    {
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY: s3.accessKey,
      S3_SECRET_KEY: s3.secretKey,
      S3_REGION: s3.region,
      S3_BUCKET: `children-${randomUUID()}`,
    },
  ],
] as const;

const base64 = Buffer.from(pdfWithPages(['Invoice number 1, total due 10 EUR'])).toString('base64');
const input = { source: { kind: 'inline', base64 }, categories: [{ name: 'invoice' }, { name: 'letter' }] } as const;

describe.each(stores)('another workflow that names its child as it likes, with documents in %s', (_, settings) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(settings);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test.each([
    ['34 Japanese characters', '請求書'.repeat(11) + '一'],
    ['77 letters with umlauts', 'ü'.repeat(77)],
    ['300 letters', 'x'.repeat(300)],
    ['200 capital letters', 'X'.repeat(200)],
    ['333 Japanese characters', '請'.repeat(333)],
    ['a path', '../../etc/passwd'],
  ])('gets its answer for an id of %s, and so does who reads the job', async (_what, workflowId) => {
    const result = await service.namespace.client.workflow.execute<typeof classifyDocument>('classifyDocument', {
      workflowId,
      taskQueue: taskQueues.workflow,
      args: [input],
    });

    expect(result).toMatchObject({ jobId: workflowId, classification: 'invoice' });
    const job = await getJob(service.url, encodeURIComponent(workflowId));
    expect(job).toMatchObject({ job_id: workflowId, status: 'completed', result: { classification: 'invoice' } });
  });

  test.each(
    ['X'.repeat(200), '中'.repeat(200), 'x'.repeat(1001), '中'.repeat(334), 'a\0b', '%', '..'].map(encodeURIComponent),
  )('a job that is not there is not found, whatever its id: %s', async (id) => {
    const unknown = `${id}${encodeURIComponent('-none')}`;
    for (const path of ['', '/deliveries', '/pages/1/image']) {
      expect((await fetch(`${service.url}/classify/${unknown}${path}`)).status).toBe(404);
    }
    expect((await fetch(`${service.url}/classify_runs/clr_${unknown}`)).status).toBe(404);
  });
});
