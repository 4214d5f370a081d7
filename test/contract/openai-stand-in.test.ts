import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';

let standIn: OpenAiStandIn;
beforeAll(async () => {
  standIn = await startOpenAiStandIn();
});
afterAll(async () => {
  await standIn[Symbol.asyncDispose]();
});

const messages = [{ role: 'user', content: 'hello' }];
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const errorBody = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

async function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`${standIn.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${standIn.apiKey}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function image(url: string): object[] {
  return [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];
}

function format(schema: object, name = 'x'): object {
  return { response_format: { type: 'json_schema', json_schema: { name, strict: true, schema } } };
}

const closed = { type: 'object', additionalProperties: false };

describe('the OpenAI stand-in', () => {
  test('answers a plain question as OpenAI does', async () => {
    const response = await post({ model: 'stand-in', messages, logprobs: true, top_logprobs: 2 });

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant' }, logprobs: { refusal: null } }],
      usage: { total_tokens: expect.any(Number) },
    });
  });

  test('lists its models', async () => {
    const response = await fetch(`${standIn.baseUrl}/models`, {
      headers: { authorization: `Bearer ${standIn.apiKey}` },
    });

    expect(await response.json()).toMatchObject({
      object: 'list',
      data: expect.arrayContaining([expect.objectContaining({ id: 'stand-in' })]),
    });
  });

  test.each<[string, unknown, string | null]>([
    ['JSON that is none', '{"model":', null],
    ['no model', { messages }, 'model'],
    ['no messages', { model: 'stand-in' }, 'messages'],
    ['empty messages', { model: 'stand-in', messages: [] }, 'messages'],
    ['an unknown parameter', { model: 'stand-in', messages, colour: 'red' }, null],
    [
      'an unknown parameter within',
      { model: 'stand-in', messages: [{ ...messages[0], mood: 'x' }] },
      'messages[0].mood',
    ],
    [
      'an image in a system message',
      { model: 'stand-in', messages: [{ ...image('https://x')[0], role: 'system' }] },
      'messages[0].content',
    ],
    [
      'an image from a file',
      { model: 'stand-in', messages: image('file:///etc/passwd') },
      'messages[0].content[0].image_url',
    ],
    [
      'an image of another type than declared',
      { model: 'stand-in', messages: image(`data:image/jpeg;base64,${pixel}`) },
      'messages[0].content[0].image_url',
    ],
    [
      'an image of a type it cannot read',
      { model: 'stand-in', messages: image(`data:image/tiff;base64,${pixel}`) },
      'messages[0].content[0].image_url',
    ],
    ['top_logprobs without logprobs', { model: 'stand-in', messages, top_logprobs: 2 }, 'top_logprobs'],
    ['21 top_logprobs', { model: 'stand-in', messages, logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    ['two token limits', { model: 'stand-in', messages, max_tokens: 5, max_completion_tokens: 5 }, null],
    ['a temperature of 3', { model: 'stand-in', messages, temperature: 3 }, 'temperature'],
    [
      'JSON mode without the word',
      { model: 'stand-in', messages, response_format: { type: 'json_object' } },
      'messages',
    ],
    [
      'a schema name with blanks',
      { model: 'stand-in', messages, ...format(closed, 'a b') },
      'response_format.json_schema.name',
    ],
    [
      'a schema that is open',
      { model: 'stand-in', messages, ...format({ type: 'object', properties: {} }) },
      'response_format',
    ],
    [
      'a schema with an optional field',
      { model: 'stand-in', messages, ...format({ ...closed, properties: { a: { type: 'string' } } }) },
      'response_format',
    ],
    [
      'a keyword that strict mode lacks',
      {
        model: 'stand-in',
        messages,
        ...format({ ...closed, properties: { a: { type: 'string', minLength: 1 } }, required: ['a'] }),
      },
      'response_format',
    ],
    [
      'an enum of 1,001 values',
      {
        model: 'stand-in',
        messages,
        ...format({
          ...closed,
          properties: { a: { type: 'string', enum: Array.from({ length: 1001 }, (_, index) => `${index}`) } },
          required: ['a'],
        }),
      },
      'response_format',
    ],
    [
      '300 values of 60 characters',
      {
        model: 'stand-in',
        messages,
        ...format({
          ...closed,
          properties: {
            a: { type: 'string', enum: Array.from({ length: 300 }, (_, index) => `${index}`.padStart(60, 'x')) },
          },
          required: ['a'],
        }),
      },
      'response_format',
    ],
  ])('rejects %s with 400 and says which parameter', async (_, body, param) => {
    const response = await post(body);
    const parsed = errorBody.parse(await response.json());

    expect(response.status).toBe(400);
    expect(parsed.error.param).toBe(param);
  });

  test.each<[string, unknown, Record<string, string>, number]>([
    ['a wrong key', { model: 'stand-in', messages }, { authorization: 'Bearer sk-wrong' }, 401],
    ['an unknown model', { model: 'gpt-nowhere', messages }, {}, 404],
    ['another content type', { model: 'stand-in', messages }, { 'content-type': 'text/plain' }, 415],
  ])('rejects %s', async (_, body, headers, status) => {
    const response = await post(body, headers);

    expect(response.status).toBe(status);
    expect(errorBody.safeParse(await response.json()).success).toBe(true);
  });

  test('does not know other addresses', async () => {
    const response = await fetch(`${standIn.baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${standIn.apiKey}` },
    });

    expect(response.status).toBe(404);
  });
});
