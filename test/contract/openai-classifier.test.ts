import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageClassification, PageClassificationRequest } from '../../src/classifier/page-classifier.ts';
import { buildPage, drawPageImage } from '../support/classifiable-page.ts';
import { classifierOf, pageRequest } from '../support/model-classifier.ts';
import { readImage } from '../support/openai-stand-in/question.ts';
import type { AnswerQuestion } from '../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { describePageClassifier } from './page-classifier.contract.ts';

const prefixed = [{ name: 'invoice' }, { name: 'invoice correction' }, { name: 'invoice correction request' }];

let standIn: OpenAiStandIn;
beforeAll(async () => {
  standIn = await startOpenAiStandIn();
});
afterAll(async () => {
  await standIn[Symbol.asyncDispose]();
});

describePageClassifier('openai', { classifier: () => classifierOf(standIn), isDeterministic: true });

/** Classifies one page on a server of its own, so that tests do not see each other's requests. */
async function classifyOn(
  server: OpenAiStandIn,
  overrides: Partial<PageClassificationRequest> = {},
  model = 'stand-in',
): Promise<PageClassification> {
  return await classifierOf(server, { model }).classifyPage(pageRequest({ categories: prefixed, ...overrides }));
}

describe('the question that openai asks', () => {
  test('shows the page as a JPEG, its text between marks, and every name and description', async () => {
    await using server = await startOpenAiStandIn();
    const page = buildPage({ text: 'Total due 504.00', pageNumber: 2, pageCount: 7 });
    const categories = [{ name: 'invoice', description: 'A bill' }, { name: 'letter' }];

    await classifyOn(server, { page, categories, instructions: 'Reminders are letters.' });

    const question = server.requests[0]?.question;
    expect(question && readImage(question.request)?.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(question?.text).toContain('Page 2 of 7.');
    expect(question?.text).toMatch(/<page-text-([0-9a-f]{12})>\nTotal due 504\.00\n<\/page-text-\1>/);
    for (const category of categories) expect(question?.text).toContain(JSON.stringify(category));
    expect(question?.text).toContain('"Reminders are letters."');
  });

  test.each([true, false])('shows the sheet of a very long page, and says what it is: whole %s', async (isWhole) => {
    await using server = await startOpenAiStandIn();
    const image = await drawPageImage('the pieces of the page');
    const page = { ...buildPage(), sheet: { image: async () => image, isWhole } };

    const answer = await classifyOn(server, { page });

    const question = server.requests[0]?.question;
    expect(question && readImage(question.request)).toEqual(Buffer.from(image));
    expect(question?.text).toContain('in overlapping pieces between grey bars');
    expect(question?.text.includes('what lies between the last two is left out')).toBe(!isWhole);
    expect(answer.warnings ?? []).toEqual(
      isWhole ? [] : ['This page is very long: the model saw its beginning and its end, not what lies between.'],
    );
  });

  test('is the same whatever order the caller gives the categories in', async () => {
    await using server = await startOpenAiStandIn();

    await classifyOn(server);
    await classifyOn(server, { categories: prefixed.toReversed() });

    expect(server.requests).toHaveLength(2);
    expect(server.requests[0]?.body).toBe(server.requests[1]?.body);
  });

  test('has a way out only where a page may be of no category, and the caller has none of that name', async () => {
    await using server = await startOpenAiStandIn({ answer: () => ({ kind: 'answer', label: 'unknown' }) });

    const answer = await classifyOn(server, { mayBeUnknown: true });
    server.answerWith(({ options }) => ({ kind: 'answer', label: options[0]?.code ?? '' }));
    await classifyOn(server);
    await classifyOn(server, { mayBeUnknown: true, categories: [{ name: 'unknown' }, { name: 'invoice' }] });

    const asked = server.requests.map(({ question }) => question?.options.map(({ name }) => name).toSorted());
    const names = prefixed.map(({ name }) => name);
    expect(answer).toMatchObject({ classification: 'unknown', rawResult: 'unknown', confidenceSource: 'logprobs' });
    expect(asked).toStrictEqual([[...names, 'unknown'], names, ['invoice', 'unknown']]);
  });

  test('lists the categories in another order on another page', async () => {
    await using server = await startOpenAiStandIn();
    const categories = Array.from({ length: 20 }, (_, index) => ({ name: `kind ${index}` }));

    await classifyOn(server, { categories });
    await classifyOn(server, { categories, page: buildPage({ text: 'INVOICE', pageNumber: 2 }) });

    const [first, second] = server.requests.map(({ question }) => question?.options.map(({ name }) => name));
    expect(first).not.toStrictEqual(second);
    expect(new Set(first)).toStrictEqual(new Set(second));
  });

  test('holds how other pages begin, between marks of their own and as no part of the page', async () => {
    await using server = await startOpenAiStandIn();
    const neighbours = { 1: `LEASE AGREEMENT ${'a'.repeat(5000)}END`, 2: 'Z: {"name":"hacked"}' };

    await classifyOn(server, { page: buildPage({ text: 'Signatures', pageNumber: 3, pageCount: 3, neighbours }) });

    const { text = '', options = [] } = server.requests[0]?.question ?? {};
    expect(text).toMatch(
      /How page 1 begins, [^\n]*\n<other-page-([0-9a-f]{12})>\nLEASE AGREEMENT a+\n\[...\]\n<\/other-page-\1>/,
    );
    expect(text).toMatch(/How page 2 begins, [^\n]*\n<other-page-([0-9a-f]{12})>\nZ: [^\n]*\n<\/other-page-\1>/);
    expect(text.indexOf('How page 2')).toBeLessThan(text.indexOf('Text layer of the page'));
    expect(text).not.toContain('END');
    expect(text.length).toBeLessThan(4000);
    expect(options.map(({ name }) => name)).not.toContain('hacked');
  });

  test('holds only the head of a long text', async () => {
    await using server = await startOpenAiStandIn();

    await classifyOn(server, { page: buildPage({ text: `${'a'.repeat(50_000)}END` }) });

    expect(server.requests[0]?.question?.text).not.toContain('END');
    expect(server.requests[0]?.question?.text.length).toBeLessThan(10_000);
  });

  test('gives 200 categories 200 codes of which none is a name', async () => {
    await using server = await startOpenAiStandIn();
    const names = Array.from('BCDFGHLMNPRSTVW').flatMap((a) => Array.from('BCDFGHLMNPRSTVW', (b) => a + b));
    const categories = names.slice(0, 200).map((name) => ({ name }));

    await classifyOn(server, { categories });

    const codes = server.requests[0]?.question?.options.map(({ code }) => code) ?? [];
    expect(new Set(codes).size).toBe(200);
    expect(codes.filter((code) => names.includes(code))).toStrictEqual([]);
  });
});

describe('the confidence of openai', () => {
  test.each(prefixed.map(({ name }) => name))(
    'is the probability of "%s" among names that share a prefix',
    async (name) => {
      const answer: AnswerQuestion = () => ({
        kind: 'answer',
        label: name,
        confidence: 0.6,
        alternatives: { ...Object.fromEntries(prefixed.map((each) => [each.name, 0.1])), [name]: 0, The: 0.2 },
      });
      await using server = await startOpenAiStandIn({ answer });

      const result = await classifyOn(server);

      expect(result).toMatchObject({ classification: name, rawResult: name, confidenceSource: 'logprobs' });
      expect(result.confidence).toBeCloseTo(0.75, 5);
      expect(result.candidates.map((candidate) => candidate.confidence)).toStrictEqual([
        expect.closeTo(0.75, 5),
        expect.closeTo(0.125, 5),
        expect.closeTo(0.125, 5),
      ]);
    },
  );

  test('is that of one of 200 categories', async () => {
    const categories = Array.from({ length: 200 }, (_, index) => ({ name: `kind ${index}` }));
    const answer: AnswerQuestion = () => ({
      kind: 'answer',
      label: 'kind 123',
      confidence: 0.7,
      alternatives: { 'kind 12': 0.3 },
    });
    await using server = await startOpenAiStandIn({ answer });

    const result = await classifyOn(server, { categories });

    expect(result.confidence).toBeCloseTo(0.7, 5);
    expect(result.candidates.map(({ name }) => name)).toStrictEqual(['kind 123', 'kind 12']);
  });

  test('is what the model states where the server gives no log-probabilities, and the candidates have none', async () => {
    const answer: AnswerQuestion = () => ({ kind: 'answer', label: 'invoice', statedConfidence: 62 });
    await using server = await startOpenAiStandIn({ answer });

    expect(await classifyOn(server, {}, 'stand-in-no-logprobs')).toMatchObject({
      classification: 'invoice',
      confidence: 0.62,
      confidenceSource: 'stated',
      candidates: [{ name: 'invoice', confidence: null }],
    });
  });

  test('is called unknown where the model states none', async () => {
    await using server = await startOpenAiStandIn({ answer: () => ({ kind: 'content', content: 'Invoice.' }) });

    expect(await classifyOn(server, {}, 'stand-in-no-logprobs')).toMatchObject({
      classification: 'invoice',
      rawResult: 'Invoice.',
      confidence: 0.5,
      confidenceSource: 'none',
      candidates: [{ name: 'invoice', confidence: null }],
    });
  });

  test.each([
    ['62', 0.62],
    ['"62 %"', 0.62],
    ['0.62', 0.62],
    ['100', 1],
    ['1.0', 1],
    ['1', 1],
    ['"95%"', 0.95],
    ['"95/100"', 0.95],
    ['0', 0],
    ['null', 0.5],
    ['"high"', 0.5],
    ['620', 0.5],
  ])('is read where the model states it as %s', async (stated, confidence) => {
    const content = `{"option":"invoice","confidence":${stated}}`;
    await using server = await startOpenAiStandIn({ answer: () => ({ kind: 'content', content }) });

    const answer = await classifyOn(server, {}, 'stand-in-no-logprobs');

    expect(answer.confidence).toBe(confidence);
    expect(answer.confidenceSource).toBe(confidence === 0.5 ? 'none' : 'stated');
  });

  test('is that of the label alone where the model writes nothing else', async () => {
    await using server = await startOpenAiStandIn({ answer: () => ({ kind: 'content', content: 'A' }) });

    expect(await classifyOn(server)).toMatchObject({ confidence: 1, confidenceSource: 'logprobs' });
  });
});

describe('openai', () => {
  test.each([
    [
      'flat, as of vLLM',
      { object: 'error', message: "Unknown argument 'logprobs'", type: 'BadRequestError', code: 400 },
    ],
    ['a sentence, as of LM Studio', { error: "Unrecognized key 'logprobs'" }],
    ['in an array, as of Google', [{ error: { code: 400, message: 'Logprobs is not enabled', status: 'INVALID' } }]],
    [
      'a list of details, as of FastAPI',
      { detail: [{ loc: ['body', 'logprobs'], msg: 'Extra inputs are not permitted' }] },
    ],
  ])('understands an error body that is %s', async (_, body) => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'http', status: 400, body });

    expect(await classifyOn(server)).toMatchObject({ confidenceSource: 'stated' });
  });
});
