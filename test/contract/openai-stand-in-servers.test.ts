import { describe, expect, test } from 'vitest';
import { drawPageImage } from '../support/classifiable-page.ts';
import { serverNames, type ServerName } from '../support/openai-stand-in/dialect.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in/server.ts';

const messages = [{ role: 'user', content: 'hello' }];
const jpeg = Buffer.from(await drawPageImage('')).toString('base64');
const image = [
  { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/jpeg;base64,${jpeg}` } }] },
];

interface Asked {
  readonly server: ServerName;
  readonly body?: object;
  readonly key?: string;
  readonly path?: string;
}

async function ask({ server, body = {}, key, path }: Asked) {
  await using standIn = await startOpenAiStandIn({ server });
  const own =
    server === 'azure-dated'
      ? '/openai/deployments/stand-in/chat/completions?api-version=2024-10-21'
      : '/chat/completions';
  const given = key ?? standIn.apiKey;
  const response = await fetch(`${standIn.baseUrl}${path ?? own}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${given}`, 'api-key': given, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'stand-in', messages, ...body }),
  });
  const text = await response.text();
  const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  return { status: response.status, body: parsed };
}

describe('the stand-in as another server', () => {
  test.each<[string, Asked, number, unknown]>([
    ['a wrong key', { server: 'vllm', key: 'x' }, 401, { error: 'Unauthorized' }],
    [
      'a wrong key',
      { server: 'llama.cpp', key: 'x' },
      401,
      { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } },
    ],
    [
      'a wrong key',
      { server: 'azure', key: 'x' },
      401,
      { error: { code: '401', message: expect.stringContaining('invalid subscription key') } },
    ],
    [
      'an unknown model',
      { server: 'vllm', body: { model: 'x' } },
      404,
      { error: { message: 'The model `x` does not exist.', type: 'NotFoundError', param: 'model', code: 404 } },
    ],
    [
      'an unknown model',
      { server: 'ollama', body: { model: 'x' } },
      404,
      { error: { message: "model 'x' not found", type: 'not_found_error', param: null, code: null } },
    ],
    [
      'an unknown deployment',
      { server: 'azure-dated', path: '/openai/deployments/x/chat/completions?api-version=2024-10-21' },
      404,
      { error: { code: 'DeploymentNotFound', message: expect.stringContaining('does not exist') } },
    ],
    [
      'a path without a version',
      { server: 'azure-dated', path: '/openai/deployments/stand-in/chat/completions' },
      404,
      { error: { code: '404', message: 'Resource not found' } },
    ],
    ['another path', { server: 'ollama', path: '/nowhere' }, 404, '404 page not found'],
    [
      '21 alternatives',
      { server: 'vllm', body: { logprobs: true, top_logprobs: 21 } },
      400,
      {
        error: {
          message:
            'Requested sample logprobs of 21, which is greater than max allowed: 20 (parameter=logprobs, value=21)',
          type: 'BadRequestError',
          param: 'logprobs',
          code: 400,
        },
      },
    ],
    [
      'an image',
      { server: 'vllm', body: { model: 'stand-in-no-images', messages: image } },
      400,
      {
        error: {
          message: 'stand-in-no-images is not a multimodal model',
          type: 'BadRequestError',
          param: null,
          code: 400,
        },
      },
    ],
    [
      'an image',
      { server: 'llama.cpp', body: { model: 'stand-in-no-images', messages: image } },
      500,
      { error: { code: 500, message: expect.stringContaining('mmproj'), type: 'server_error' } },
    ],
    [
      'an image',
      { server: 'openai', body: { model: 'stand-in-no-images', messages: image } },
      400,
      {
        error: {
          message: 'Invalid content type. image_url is only supported by certain models.',
          type: 'invalid_request_error',
          param: 'messages.[0].content.[0].type',
          code: null,
        },
      },
    ],
    [
      'a long question',
      {
        server: 'llama.cpp',
        body: { model: 'stand-in-small', messages: [{ role: 'user', content: 'x'.repeat(9000) }] },
      },
      400,
      {
        error: {
          code: 400,
          message: expect.stringContaining('exceeds the available context size'),
          type: 'exceed_context_size_error',
          n_prompt_tokens: expect.any(Number),
          n_ctx: 2000,
        },
      },
    ],
  ])('refuses %s in its own words', async (_, asked, status, body) => {
    expect(await ask(asked)).toStrictEqual({ status, body });
  });

  test.each(serverNames.filter((name) => !name.startsWith('azure') && name !== 'openai'))(
    '%s ignores a field that it does not know, unlike OpenAI',
    async (server) => {
      expect((await ask({ server, body: { colour: 'red' } })).status).toBe(200);
      expect((await ask({ server: 'openai', body: { colour: 'red' } })).status).toBe(400);
    },
  );

  test('serves whatever model it is asked for as llama.cpp, and takes any key as Ollama', async () => {
    expect((await ask({ server: 'llama.cpp', body: { model: 'whatever' } })).status).toBe(200);
    expect((await ask({ server: 'ollama', key: 'whatever' })).status).toBe(200);
  });

  test.each<[ServerName, object]>([
    ['vllm', { choices: [{ logprobs: { content: expect.any(Array) }, stop_reason: null }], prompt_logprobs: null }],
    ['llama.cpp', { choices: [{ logprobs: { content: expect.any(Array) } }], timings: expect.any(Object) }],
    ['ollama', { choices: [{ logprobs: { content: expect.any(Array) } }], system_fingerprint: 'fp_ollama' }],
    ['azure', { choices: [{ content_filter_results: expect.any(Object) }], prompt_filter_results: expect.any(Array) }],
  ])('answers in the form of %s', async (server, form) => {
    const { body } = await ask({ server, body: { logprobs: true, top_logprobs: 2 } });

    expect(body).toMatchObject(form);
  });
});
