import { describe, expect, test } from 'vitest';
import { assignOptions } from '../../src/classifier/openai/option-codes.ts';
import { classifyOn, failureOf } from '../support/model-classifier.ts';
import { errorReply, type Reply } from '../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in/server.ts';

const cutOff: Reply = { kind: 'content', content: '{"option":"A","rea', finishReason: 'length' };
const outside: Reply = { kind: 'content', content: '{"option":"recipe","reason":"It smells good.","confidence":99}' };

describe('an answer of openai that is slow', () => {
  test('is taken when it comes in time', async () => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'slow', reply: { label: 'letter' }, delayMs: 50 });

    expect(await classifyOn(server)).toMatchObject({ classification: 'letter' });
  });
});

describe('an answer of openai that is cut off', () => {
  test.each<[string, Reply]>([
    ['in the middle of its JSON', cutOff],
    ['before it begins, by a model that thought', { kind: 'content', content: '', finishReason: 'length' }],
    [
      'before it begins, said as an error',
      errorReply(400, {
        message: 'Could not finish the message because max_tokens or model output limit was reached.',
      }),
    ],
  ])('%s is asked for once more, with more room', async (_, reply) => {
    await using server = await startOpenAiStandIn();
    server.enqueue(reply, { kind: 'answer', label: 'letter', confidence: 0.8 });

    expect(await classifyOn(server)).toMatchObject({ classification: 'letter', confidenceSource: 'logprobs' });
    const limits = server.requests.map(({ body }) => Number(/"max_tokens":(\d+)/.exec(body)?.[1]));
    expect(limits).toStrictEqual([300, 1200]);
    expect(server.probes).toHaveLength(1);
  });

  test('twice names the setting that gives it room', async () => {
    await using server = await startOpenAiStandIn();
    server.enqueue(cutOff, cutOff);

    expect((await failureOf(classifyOn(server))).detail).toContain('MODEL_MAX_OUTPUT_TOKENS');
  });
});

describe('an answer of openai outside the list', () => {
  test('is asked for once more', async () => {
    await using server = await startOpenAiStandIn();
    server.enqueue(outside, { kind: 'answer', label: 'letter', confidence: 0.8 });

    const answer = await classifyOn(server);

    expect(answer.classification).toBe('letter');
    expect(server.requests).toHaveLength(2);
    expect(answer.usage?.outputTokens).toBeGreaterThan(20);
  });

  test.each([
    ['```json\n{"option":"LETTER.","reason":"x","confidence":70}\n```', 'LETTER.'],
    ['{"option":" the_Letter ","reason":"x","confidence":70}', ' the_Letter '],
    ['<think>Is it {"option":"A"}?</think>{"option":"Letter"}', 'Letter'],
    ['{"option":"A"} no, {"option":"letter"}', 'letter'],
    ['{"option":"B: letter"}', 'B: letter'],
    ['B: {"name":"letter"}', 'B: {"name":"letter"}'],
    ['b) Letter', 'b) Letter'],
  ])('is taken where it names a category in another way: %s', async (content, rawResult) => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'content', content });
    const name = rawResult.includes('the') ? 'the letter' : 'letter';

    const answer = await classifyOn(server, {}, { categories: [{ name: 'invoice' }, { name }], seed: seedOfB(name) });

    expect(answer).toMatchObject({ classification: name, rawResult });
    expect(server.requests).toHaveLength(1);
  });

  test.each(['B: invoice, or letter', 'pH-report', '{"option":null}', '{"option":["A"]}'])(
    'is not taken for a code that it merely begins with: %s',
    async (content) => {
      await using server = await startOpenAiStandIn();
      server.enqueue({ kind: 'content', content }, { kind: 'content', content });

      expect(await failureOf(classifyOn(server))).toMatchObject({ code: 'model_output_invalid' });
    },
  );
});

/** A seed by which the name has the code B: the order of two options depends on it. */
function seedOfB(name: string): string {
  const seeds = Array.from({ length: 50 }, (_, index) => `job-${index}`);
  const found = seeds.find((seed) => {
    const options = assignOptions([{ name: 'invoice' }, { name }], `${seed}/1`);
    return options[1]?.category.name === name;
  });
  if (found === undefined) throw new Error('no seed puts the name second');
  return found;
}
