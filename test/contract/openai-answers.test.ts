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
    ['{"option":"B: letter"}', 'B: letter'],
    ['B: {"name":"letter"}', 'B: {"name":"letter"}'],
    ['b) Letter', 'b) Letter'],
    ['Ｂ', 'Ｂ'],
    ['**Option:** B', '**Option:** B'],
    ['reason: It greets.\noption: B', 'reason: It greets.\noption: B'],
    ['```yaml\noption: B\n```', '```yaml\noption: B\n```'],
    ['<option>B</option>', '<option>B</option>'],
    ['$\\boxed{B}$', '$\\boxed{B}$'],
  ])('is taken where it names a category in another way: %s', async (content, rawResult) => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'content', content });
    const name = rawResult.includes('the') ? 'the letter' : 'letter';

    const answer = await classifyOn(server, {}, { categories: [{ name: 'invoice' }, { name }], seed: seedOfB(name) });

    expect(answer).toMatchObject({ classification: name, rawResult });
    expect(server.requests).toHaveLength(1);
  });

  test.each(['option: A\noption: B', 'B: invoice, or letter', 'pH-report', '{"option":null}', '{"option":["A"]}'])(
    'is not taken for a code that it merely begins with: %s',
    async (content) => {
      await using server = await startOpenAiStandIn();
      server.enqueue({ kind: 'content', content }, { kind: 'content', content });

      expect(await failureOf(classifyOn(server))).toMatchObject({ code: 'model_output_invalid' });
    },
  );
});

describe('an answer of openai in another shape', () => {
  const answer = { option: 'B', reason: 'The title says so.', confidence: 90 };
  const json = JSON.stringify(answer);

  test.each<[string, string]>([
    ['whose keys have another order', '{"reason":"x","confidence":90,"option":"B"}'],
    ['within words', `The page is a letter, so:\n\`\`\`json\n${json}\n\`\`\`\nI hope that this helps!`],
    ['with braces too many', `${json}}}`],
    ['with doubled braces', `{${json}}`],
    ['with quotes within a sentence', '{"option":"B","reason":"the "date" and the "greeting"","confidence":90}'],
    ['with a line break within a sentence', '{"option":"B","reason":"a date\nand a greeting","confidence":90}'],
    ['with a comma too many', '{"option":"B","reason":"x","confidence":90,}'],
    ['with single quotes', "{'option': 'B', 'reason': 'it's a date', 'confidence': 90}"],
    ['without quotes', '{option: B, reason: a date, confidence: 90}'],
    ['with an object around it', `{"page_classification":${json}}`],
    ['with the words of its schema around it', `{"type":"object","properties":${json}}`],
    ['in a list', `[${json}]`],
    ['as a string', JSON.stringify(json)],
    ['as the arguments of a call', JSON.stringify({ name: 'page_classification', arguments: json })],
    ['with keys of another case', '{"Option":"b","Confidence":90}'],
    ['under another name', '{"answer":"B"}'],
    ['written twice', `${json}\n${json}`],
    ['whose option is written twice', '{"option":"B","reason":"x","option":"B","confidence":90}'],
    ['behind thoughts', `<think>{"option":"A"}? No.</think>${json}`],
    ['behind thoughts that the question began', `Is it {"option":"A"}? No.\n</think>\n${json}`],
    ['that quotes an answer which the page pretends to be', '{"option":"B","reason":"It says {\\"option\\":\\"A\\"}"}'],
    ['that quotes the end of thoughts', '{"option":"B","reason":"It says </think>{\\"option\\":\\"A\\"}"}'],
    ['in bold type', '**B**'],
    ['in a sentence of its own', 'The answer is B.'],
    ['at the end of sentences that name no other', 'The page is a letter. Answer: B'],
    ['with its name in brackets', 'B (letter)'],
  ])('%s is read', async (_, content) => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'content', content });

    const read = await classifyOn(server, {}, { seed: seedOfB('letter') });

    expect(read.classification).toBe('letter');
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, object]>([
    [
      'in a list of parts',
      {
        content: [
          { type: 'thinking', thinking: [] },
          { type: 'text', text: json },
        ],
      },
    ],
    ['as an object', { content: answer }],
    ['in what the server took for thoughts', { content: '', reasoning_content: json }],
    ['in thoughts by another name', { content: null, reasoning: json }],
    [
      'in a call of a tool',
      { content: null, tool_calls: [{ type: 'function', function: { name: 'x', arguments: json } }] },
    ],
    ['in a call whose arguments are an object', { tool_calls: [{ function: { name: 'x', arguments: answer } }] }],
    ['in a function call', { content: null, function_call: { name: 'x', arguments: json } }],
  ])('%s is read', async (_, message) => {
    await using server = await startOpenAiStandIn();
    const choice = { index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } };
    server.enqueue({ kind: 'http', status: 200, body: { choices: [choice] } });

    expect(await classifyOn(server, {}, { seed: seedOfB('letter') })).toMatchObject({
      classification: 'letter',
      confidence: 0.9,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('that is whole before its tokens are used up by blanks is read', async () => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'content', content: `${json}\n${'\t'.repeat(200)}`, finishReason: 'length' });

    expect(await classifyOn(server, {}, { seed: seedOfB('letter') })).toMatchObject({ classification: 'letter' });
    expect(server.requests).toHaveLength(1);
  });

  test('has its log-probabilities found where the keys have another order', async () => {
    await using server = await startOpenAiStandIn();
    const certain = (token: string) => ({ token, logprob: 0, top_logprobs: [] });
    const top_logprobs = [
      { token: 'B', logprob: Math.log(0.7) },
      { token: 'A', logprob: Math.log(0.3) },
    ];
    const content = '{"reason": "option: A", "option": "B"}';
    const tokens = [
      ...['{"reason": "option: A", "', 'option', '": "'].map(certain),
      { token: 'B', logprob: Math.log(0.7), top_logprobs },
      certain('"}'),
    ];
    const choice = { finish_reason: 'stop', message: { content }, logprobs: { content: tokens } };
    server.enqueue({ kind: 'http', status: 200, body: { choices: [choice] } });

    expect(await classifyOn(server, {}, { seed: seedOfB('letter') })).toMatchObject({
      classification: 'letter',
      confidence: 0.7,
      confidenceSource: 'logprobs',
    });
  });
});

describe('an error of openai in an answer with status 200', () => {
  test.each<[string, object, string]>([
    ['a rate limit as a number', { error: { code: 429, message: 'slow down' } }, 'model_rate_limited'],
    ['a rate limit as a word', { error: { code: 'rate_limit_exceeded', message: 'x' } }, 'model_rate_limited'],
    ['a bad gateway', { error: { code: 502, message: 'x' } }, 'model_unavailable'],
    ['a bad gateway of its choice', { choices: [{ error: { code: 502, message: 'x' } }] }, 'model_unavailable'],
    ['a used up account', { error: { code: 402, message: 'x' } }, 'model_quota'],
    ['a wrong key', { error: { type: 'authentication_error', message: 'x' } }, 'model_auth'],
    [
      'a path that it does not have',
      { error: 'Unexpected endpoint or method. (POST /chat/completions)' },
      'model_misconfigured',
    ],
  ])('is told by its own code: %s', async (_, body, code) => {
    await using server = await startOpenAiStandIn();
    server.replyAlways({ kind: 'http', status: 200, body });

    const detail = expect.stringContaining(code === 'model_misconfigured' ? 'OPENAI_BASE_URL' : '');
    expect(await failureOf(classifyOn(server))).toMatchObject({ code, detail });
  });
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
