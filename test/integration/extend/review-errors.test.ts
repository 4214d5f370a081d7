import type { Extend, ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

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

async function finishedRun(): Promise<Extend.ClassifyRun> {
  return acme.classify({ file, config });
}

describe('a review that cannot be taken', () => {
  test.each([
    ['neither type nor output', {}, 'exactly one of type and output'],
    ['both', { type: 'invoice', output: { type: 'invoice' } }, 'exactly one of type and output'],
    [
      'a type that is none of the run',
      { type: 'recipe' },
      '"invoice" (id "c1"), "resume" (id "c2"), "other" (id "c3")',
    ],
    ['an id and a type of two classifications', { output: { id: 'c1', type: 'resume' } }, 'one of those of this run'],
    ['a confidence beyond 1', { output: { type: 'invoice', confidence: 2 } }, 'confidence'],
    ['a type that is no text', { type: 5 }, 'type'],
  ])('is refused with %s', async (_, body, sentence) => {
    const { id } = await finishedRun();

    const refusal = await sendRaw(`${service.url}/classify_runs/${id}/review`, 'acme-key', {
      body: JSON.stringify(body),
    });

    expect(refusal).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(refusal.body.message).toContain(sentence);
    expect((await acme.classifyRuns.retrieve(id)).reviewed).toBe(false);
  });

  test("is refused for a run that failed, and for one that is not there or somebody else's", async () => {
    const failed = await acme.classify({ file: { id: await brokenFile() }, config });
    const { id } = await finishedRun();
    const body = JSON.stringify({ type: 'invoice' });

    expect(failed.status).toBe('FAILED');
    expect(await sendRaw(`${service.url}/classify_runs/${failed.id}/review`, 'acme-key', { body })).toMatchObject({
      status: 400,
      body: { message: 'This run is failed; only a finished one, or one that waits, can be reviewed.' },
    });
    expect((await sendRaw(`${service.url}/classify_runs/clr_none/review`, 'acme-key', { body })).status).toBe(404);
    expect((await sendRaw(`${service.url}/classify_runs/${id}/review`, 'globex-key', { body })).status).toBe(404);
  });

  test.each([
    [{ belowConfidence: 2 }, 'review.belowConfidence'],
    [{ belowConfidence: 0.5, timeoutSeconds: 0 }, 'review.timeoutSeconds'],
    [{}, 'review.belowConfidence'],
  ])('cannot be asked for by %j', async (policy, field) => {
    const refusal = await sendRaw(`${service.url}/classify_runs`, 'acme-key', {
      body: JSON.stringify({ file, config, review: policy }),
    });

    expect(refusal).toMatchObject({ status: 400, body: { message: expect.stringContaining(field) } });
  });
});

async function brokenFile(): Promise<string> {
  const { id } = await acme.files.upload(new File(['%PDF-1.7\nno pdf'], 'broken.pdf', { type: 'application/pdf' }), {});
  return id;
}
