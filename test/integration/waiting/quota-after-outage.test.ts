import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sampleInvoice } from '../../support/documents.ts';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { loseStarts } from '../../support/lost-answers.ts';
import { finishedJob, post, startService, submit, type TestService } from '../../support/service.ts';

const config = {
  classifications: [
    { id: 'invoice', type: 'invoice', description: 'a bill' },
    { id: 'other', type: 'other', description: 'anything else' },
  ],
};
const tenants = ['submitted', 'keyed', 'extend', 'batch', 'rerun'];
const quota = 20;
let service: TestService;

beforeAll(async () => {
  service = await startService({
    API_KEYS: tenants.map((tenant) => `${tenant}:${tenant}-key`).join(),
    QUOTAS: tenants.map((tenant) => `${tenant}:${quota}`).join(),
  });
});
afterAll(() => service[Symbol.asyncDispose]());

function headersOf(tenant: string, key?: string): Record<string, string> {
  return { 'api-key': `${tenant}-key`, ...(key !== undefined && { 'Idempotency-Key': key }) };
}

/** How many documents count, this question's own not among them. */
async function usageOf(tenant: string): Promise<number> {
  const response = await post(service.url, { file: sampleInvoice, headers: headersOf(tenant) });
  return quota - 1 - z.object({ quota_remaining: z.number() }).parse(await response.json()).quota_remaining;
}

/** Answers of Temporal are lost: the run is there, and who asked for it hears 503. */
describe('a run that Temporal started without saying so counts', () => {
  test('when it was submitted', async () => {
    loseStarts(service.namespace.client, 3);
    for (const _ of [1, 2, 3]) {
      expect((await post(service.url, { file: sampleInvoice, headers: headersOf('submitted') })).status).toBe(503);
    }

    expect(await usageOf('submitted')).toBe(3);
  });

  test('once with an Idempotency-Key, which comes again', async () => {
    const request = { file: sampleInvoice, headers: headersOf('keyed', 'one') };
    loseStarts(service.namespace.client);
    expect((await post(service.url, request)).status).toBe(503);

    const jobId = await submit(service.url, request);
    expect(await submit(service.url, request)).toBe(jobId);

    expect(await usageOf('keyed')).toBe(1);
    expect((await finishedJob(service.url, jobId, headersOf('keyed'))).status).toBe('completed');
  });

  test('when it was a run of Extend', async () => {
    const client = extendClient(service.url, 'extend-key');
    loseStarts(service.namespace.client);
    const { status } = await extendErrorOf(client.classifyRuns.create({ file: { text: 'Invoice' }, config }));

    expect(status).toBe(503);
    expect(await usageOf('extend')).toBe(1);
  });

  test('when it was a batch, with all of its documents', async () => {
    const client = extendClient(service.url, 'batch-key');
    const { id } = await client.classifiers.create({ name: 'Mail', config });
    loseStarts(service.namespace.client);
    const inputs = ['1', '2', '3', '4'].map((text) => ({ file: { text: `Invoice ${text}` } }));
    const { status } = await extendErrorOf(client.classifyRuns.createBatch({ classifier: { id }, inputs }));

    expect(status).toBe(503);
    expect(await usageOf('batch')).toBe(4);
  });

  test('when it was a repetition', async () => {
    const jobId = await submit(service.url, { file: sampleInvoice, headers: headersOf('rerun') });
    await finishedJob(service.url, jobId, headersOf('rerun'));
    loseStarts(service.namespace.client);
    const answer = await fetch(`${service.url}/classify/${jobId}/rerun`, {
      method: 'POST',
      headers: headersOf('rerun'),
    });

    expect(answer.status).toBe(503);
    expect(await usageOf('rerun')).toBe(2);
  });
});
