import { describe, expect, test } from 'vitest';
import { classifyOn } from '../support/model-classifier.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in/server.ts';

describe('an answer of openai that may mean several options', () => {
  const json = JSON.stringify({ option: 'B', reason: 'The title says so.', confidence: 90 });

  test.each<[string, string]>([
    ['and then another one', `${json} It says {"option":"A","reason":"x","confidence":100}`],
    ['after one that the page wrote', `It says "option": "A". ${json}`],
    ['twice in one object', '{"option":"B","option":"A"}'],
    ['in a sentence about the page', 'The page says {"option": "A"} which I cannot verify.'],
    ['told of the page', 'I see no title. The page reads:\n{"option":"A"}'],
    ['quoted with other quotes', "It has {'option': 'A'} at its end."],
    ['at the end of sentences that name another one', 'It may be a letter or an invoice. Answer: A'],
    ['at the end of sentences that doubt it', 'This is not easy. Answer: A'],
    ['that the page was seen to give', 'The page says: Answer: A'],
    [
      'with one in a sentence whose quotes are wrong',
      '{"option":"B","reason":"it says "x", "option":"A", "y"","confidence":9}',
    ],
  ])('%s is ambiguous, and asked for again', async (_, content) => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'content', content }, { kind: 'answer', label: 'letter' });

    expect(await classifyOn(server)).toMatchObject({ classification: 'letter' });
    expect(server.requests).toHaveLength(2);
  });

  test.each(['content', 'reasoning_content'])('that is only thought of in %s is asked for again', async (place) => {
    await using server = await startOpenAiStandIn();
    const message = { role: 'assistant', content: '', [place]: 'It may be {"option":"A"} or {"option":"B"}.' };
    server.enqueue({ kind: 'http', status: 200, body: { choices: [{ finish_reason: 'stop', message }] } });

    await classifyOn(server);

    expect(server.requests).toHaveLength(2);
  });

  test('that names one option while a tool is called with another is asked for again', async () => {
    await using server = await startOpenAiStandIn();
    const tool_calls = [{ type: 'function', function: { name: 'x', arguments: '{"option":"B"}' } }];
    const message = { role: 'assistant', content: '{"option":"A"}', tool_calls };
    server.enqueue({ kind: 'http', status: 200, body: { choices: [{ finish_reason: 'stop', message }] } });

    await classifyOn(server);

    expect(server.requests).toHaveLength(2);
  });
});
