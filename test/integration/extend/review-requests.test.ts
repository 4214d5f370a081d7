import type { Extend, ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, sendRaw } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ExtendClient;
let globex: ExtendClient;
let setId: string;

const config = {
  classifications: [
    { id: 'c1', type: 'invoice', description: 'a bill: invoice number, amount due, payment' },
    { id: 'c2', type: 'resume', description: 'work experience, education, skills of an applicant' },
    { id: 'c3', type: 'other', description: 'anything else' },
  ],
} satisfies Extend.ClassifyConfig;
const file = { text: 'INVOICE\nInvoice number 4711\nAmount due: 120.00 EUR\nPayment within 30 days', name: 'a.txt' };
/** Finished; what is refused leaves it as it is. */
let finishedId: string;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
  finishedId = (await acme.classify({ file, config })).id;
  const classifier = await acme.classifiers.create({ name: 'Mail', config });
  setId = (await acme.evaluationSets.create({ name: 'Reviewed', entityId: classifier.id })).id;
});
afterAll(() => service[Symbol.asyncDispose]());

async function review(id: string, body: unknown): Promise<number> {
  const answer = await fetch(`${service.url}/classify_runs/${id}/review`, {
    method: 'POST',
    headers: { authorization: 'Bearer acme-key', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.status;
}

async function itemsOf(fileId: string | undefined): Promise<Extend.EvaluationSetItem[]> {
  const { data } = await acme.evaluationSetItems.list(setId, { maxPageSize: 100 });
  const found = data.filter((item) => item.file.id === fileId);
  return Promise.all(found.map(({ id }) => acme.evaluationSetItems.retrieve(setId, id)));
}

describe('a review for an evaluation set', () => {
  test("makes the document an item of the set, of which the person's type is expected", async () => {
    const run = await acme.classify({ file, config });

    expect(await review(run.id, { type: 'resume', evaluationSetId: setId })).toBe(200);

    expect(await itemsOf(run.file?.id)).toMatchObject([{ expectedOutput: { id: 'c2', type: 'resume' } }]);
  });

  test('changes what is expected when it is the second of a run', async () => {
    const run = await acme.classify({ file, config });
    await review(run.id, { type: 'resume', evaluationSetId: setId });

    await review(run.id, { output: { id: 'c3' }, evaluationSetId: setId });

    expect(await itemsOf(run.file?.id)).toMatchObject([{ expectedOutput: { id: 'c3', type: 'other' } }]);
  });

  test('keeps the document, which came with the run, when the run is deleted', async () => {
    const run = await acme.classify({ file, config });
    await review(run.id, { type: 'resume', evaluationSetId: setId });

    await acme.classifyRuns.delete(run.id);

    expect((await acme.files.retrieve(run.file?.id ?? '')).name).toBe('a.txt');
  });

  test('is refused, and nothing changed, where the set is not there, or its classifier cannot say that', async () => {
    const own = { classifications: [{ id: 'x', type: 'letter', description: 'a letter' }, ...config.classifications] };
    const run = await acme.classify({ file, config: own });
    const foreignClassifier = await globex.classifiers.create({ name: 'Mail', config });
    const foreign = await globex.evaluationSets.create({ name: 'Not yours', entityId: foreignClassifier.id });
    const refusal = (body: unknown) =>
      sendRaw(`${service.url}/classify_runs/${run.id}/review`, 'acme-key', { body: JSON.stringify(body) });

    for (const evaluationSetId of ['ev_none', foreign.id]) {
      expect(await refusal({ type: 'invoice', evaluationSetId })).toMatchObject({
        status: 404,
        body: { message: expect.stringContaining('evaluationSetId: There is no evaluation set') },
      });
    }
    expect(await refusal({ type: 'letter', evaluationSetId: setId })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("must be one of the classifier's classifications") },
    });
    expect((await acme.classifyRuns.retrieve(run.id)).reviewed).toBe(false);
    expect(await itemsOf(run.file?.id)).toEqual([]);
  });

  test('is refused for a run whose file was deleted', async () => {
    const run = await acme.classify({ file, config });
    await acme.files.delete(run.file?.id ?? '');

    expect(
      await sendRaw(`${service.url}/classify_runs/${run.id}/review`, 'acme-key', {
        body: JSON.stringify({ type: 'invoice', evaluationSetId: setId }),
      }),
    ).toMatchObject({ status: 400, body: { message: expect.stringContaining('the file of this run') } });
  });
});

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
    const refusal = await sendRaw(`${service.url}/classify_runs/${finishedId}/review`, 'acme-key', {
      body: JSON.stringify(body),
    });

    expect(refusal).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(refusal.body.message).toContain(sentence);
    expect((await acme.classifyRuns.retrieve(finishedId)).reviewed).toBe(false);
  });

  test("is refused for a run that failed, and for one that is not there or somebody else's", async () => {
    const failed = await acme.classify({ file: { id: await brokenFile() }, config });
    const body = JSON.stringify({ type: 'invoice' });

    expect(failed.status).toBe('FAILED');
    expect(await sendRaw(`${service.url}/classify_runs/${failed.id}/review`, 'acme-key', { body })).toMatchObject({
      status: 400,
      body: { message: 'This run is failed; only a finished one, or one that waits, can be reviewed.' },
    });
    expect((await sendRaw(`${service.url}/classify_runs/clr_none/review`, 'acme-key', { body })).status).toBe(404);
    expect((await sendRaw(`${service.url}/classify_runs/${finishedId}/review`, 'globex-key', { body })).status).toBe(
      404,
    );
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
