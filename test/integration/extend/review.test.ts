import type { Extend, ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  classifyRunListSchema,
  classifyRunSchema,
  runReviewSchema,
} from '../../../src/http/extend/classify-runs/schemas.ts';
import { extendClient } from '../../support/extend-client.ts';
import { sampleInvoice } from '../../support/documents.ts';
import { classify, getJob, startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ExtendClient;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key' });
  acme = extendClient(service.url, 'acme-key');
});
afterAll(() => service[Symbol.asyncDispose]());

const config = {
  classifications: [
    { id: 'c1', type: 'invoice', description: 'a bill: invoice number, amount due, payment' },
    { id: 'c2', type: 'resume', description: 'work experience, education, skills of an applicant' },
    { id: 'c3', type: 'other', description: 'anything else' },
  ],
} satisfies Extend.ClassifyConfig;
const file = { text: 'INVOICE\nInvoice number 4711\nAmount due: 120.00 EUR\nPayment within 30 days', name: 'a.txt' };
const headers = { authorization: 'Bearer acme-key', 'content-type': 'application/json' };

async function call<T extends z.ZodType>(
  schema: T,
  method: string,
  path: string,
  body?: unknown,
): Promise<z.output<T>> {
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return schema.parse(await answer.json());
}

function review(id: string, body: unknown) {
  return call(classifyRunSchema, 'POST', `/classify_runs/${id}/review`, body);
}

/** A run that waits for a person, because it cannot be surer than sure. */
async function waitingRun(timeoutSeconds?: number): Promise<string> {
  const policy = { belowConfidence: 1, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
  const { id } = await call(classifyRunSchema, 'POST', '/classify_runs', { file, config, review: policy });
  await expect
    .poll(async () => (await call(runReviewSchema, 'GET', `/classify_runs/${id}/review`)).awaitingReview, {
      timeout: 30_000,
    })
    .toBe(true);
  return id;
}

async function finishedRun(): Promise<Extend.ClassifyRun> {
  return acme.classify({ file, config });
}

describe('a run that waits for a review', () => {
  test('is under way in both contracts, and tells what it would answer', async () => {
    const id = await waitingRun();

    expect(await acme.classifyRuns.retrieve(id)).toMatchObject({
      status: 'PROCESSING',
      output: null,
      reviewed: false,
      initialOutput: null,
    });
    expect(await getJob(service.url, id.slice('clr_'.length), headers)).toMatchObject({
      status: 'processing',
      progress: 'Processing page 1 of 1',
    });
    expect(await call(runReviewSchema, 'GET', `/classify_runs/${id}/review`)).toMatchObject({
      awaitingReview: true,
      initialOutput: { id: 'c1', type: 'invoice' },
      reviewedOutput: null,
    });
    await review(id, { type: 'invoice' });
  });

  test('is found by those who review, and is no longer once it was reviewed', async () => {
    const id = await waitingRun();
    const waiting = () => call(classifyRunListSchema, 'GET', '/classify_runs?awaitingReview=true&maxPageSize=100');

    await expect.poll(async () => (await waiting()).data.map((run) => run.id), { timeout: 20_000 }).toContain(id);
    await review(id, { type: 'resume' });
    await expect.poll(async () => (await waiting()).data.map((run) => run.id), { timeout: 20_000 }).not.toContain(id);
  });

  test('goes on with what the person says, in both contracts', async () => {
    const id = await waitingRun();

    const run = await review(id, {
      output: {
        type: 'resume',
        confidence: 0.9,
        insights: [{ type: 'reasoning', content: 'It only looks like a bill.' }],
      },
    });

    const reviewedOutput = {
      id: 'c2',
      type: 'resume',
      confidence: 0.9,
      insights: [{ type: 'reasoning', content: 'It only looks like a bill.' }],
    };
    expect(run).toMatchObject({
      status: 'PROCESSED',
      reviewed: true,
      edited: true,
      output: reviewedOutput,
      initialOutput: { id: 'c1', type: 'invoice' },
      reviewedOutput,
    });
    expect(await acme.classifyRuns.retrieve(id)).toEqual(run);
    expect((await getJob(service.url, id.slice('clr_'.length), headers)).result).toMatchObject({
      classification: 'resume',
      confidence: 0.9,
    });
  });

  test('goes on unreviewed when nobody comes', async () => {
    const id = await waitingRun(1);

    await expect.poll(async () => (await acme.classifyRuns.retrieve(id)).status, { timeout: 20_000 }).toBe('PROCESSED');
    expect(await acme.classifyRuns.retrieve(id)).toMatchObject({
      reviewed: false,
      output: { type: 'invoice' },
      initialOutput: null,
    });
  });

  test('can be cancelled', async () => {
    const id = await waitingRun();

    expect((await acme.classifyRuns.cancel(id)).status).toBe('CANCELLED');
  });
});

describe('a run that is over', () => {
  test('can be reviewed, which is seen in both contracts and in lists', async () => {
    const { id, output } = await finishedRun();
    await getJob(service.url, id.slice('clr_'.length), headers);

    const run = await review(id, { type: 'resume' });

    expect(run).toMatchObject({
      reviewed: true,
      edited: true,
      output: { id: 'c2', type: 'resume', confidence: 1, insights: [] },
      initialOutput: output,
    });
    expect(run.reviewedOutput).toEqual(run.output);
    expect(run.updatedAt > run.createdAt).toBe(true);
    expect(await acme.classifyRuns.retrieve(id)).toEqual(run);
    expect((await getJob(service.url, id.slice('clr_'.length), headers)).result?.classification).toBe('resume');
    const { data } = await acme.classifyRuns.list({ fileNameContains: 'a.txt', maxPageSize: 100 });
    expect(data.find((each) => each.id === id)).toMatchObject({ reviewed: true, edited: true });
  });

  test('is not edited by a person who agrees with it', async () => {
    const { id, output } = await finishedRun();

    expect(await review(id, { output: { id: 'c1' } })).toMatchObject({
      reviewed: true,
      edited: false,
      output,
      initialOutput: output,
      reviewedOutput: output,
    });
  });

  test('keeps its first answer through a second review, which takes the place of the first', async () => {
    const { id, output } = await finishedRun();
    await review(id, { type: 'resume' });

    expect(await review(id, { type: 'other' })).toMatchObject({
      edited: true,
      output: { type: 'other' },
      initialOutput: output,
    });
    expect(await review(id, { type: 'invoice' })).toMatchObject({ edited: false, output, initialOutput: output });
  });

  test('takes many reviews at once and ends with one of them whole', async () => {
    const { id } = await finishedRun();

    await Promise.all(['resume', 'other', 'resume', 'other'].map((type) => review(id, { type })));

    const { output, reviewedOutput } = await acme.classifyRuns.retrieve(id);
    expect(['resume', 'other']).toContain(output?.type);
    expect(reviewedOutput).toEqual(output);
  });
});

describe('a job of the other contract', () => {
  test('can be reviewed like a run, among its own categories', async () => {
    const job = await classify(service.url, {
      file: sampleInvoice,
      categories: ['invoice', 'resume'],
      headers: { authorization: 'Bearer acme-key' },
    });
    expect(job.result?.classification).toBe('invoice');

    const run = await review(`clr_${job.job_id}`, { type: 'resume' });

    expect(run).toMatchObject({ edited: true, output: { type: 'resume' }, initialOutput: { type: 'invoice' } });
    expect((await getJob(service.url, job.job_id, headers)).result?.classification).toBe('resume');
  });
});
