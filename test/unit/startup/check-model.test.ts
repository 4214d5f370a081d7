import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createModelCheck, type CheckModel, type ModelProblem } from '../../../src/startup/check-model.ts';
import { readConfig } from '../../../src/config/config.ts';
import { freePort } from '../../support/free-ports.ts';
import type { ServerName } from '../../support/openai-stand-in/dialect.ts';
import type { Reply } from '../../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';

async function standIn(server: ServerName = 'openai'): Promise<OpenAiStandIn> {
  const started = await startOpenAiStandIn({ server });
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

function checkOf(environment: Record<string, string>): CheckModel {
  const check = createModelCheck(readConfig(environment).classifier);
  if (!check) throw new Error('no model is asked');
  return check;
}

function problemWith(environment: Record<string, string>): Promise<ModelProblem | undefined> {
  return checkOf(environment)();
}

describe('createModelCheck', () => {
  test('finds nothing wrong with a server that answers', async () => {
    const { baseUrl, apiKey } = await standIn();

    expect(await problemWith({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey })).toBeUndefined();
  });

  test('has nothing to ask where the built-in classifier judges alone', () => {
    expect(createModelCheck(readConfig({}).classifier)).toBeUndefined();
  });

  test('asks a server that keeps no list of models for nothing more', async () => {
    const { baseUrl, apiKey } = await standIn();

    expect(await checkOf({ OPENAI_BASE_URL: `${baseUrl}/elsewhere`, OPENAI_API_KEY: apiKey })()).toBeUndefined();
  });

  test('names OPENAI_BASE_URL when nobody answers there, and tells others no address', async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}/v1`;

    expect(await problemWith({ OPENAI_BASE_URL: baseUrl })).toEqual({
      sentence: `OPENAI_BASE_URL: no model server answers at ${baseUrl} (ECONNREFUSED); start it, or set OPENAI_BASE_URL to where it is. Until then documents wait`,
      reason: 'No model server answers at OPENAI_BASE_URL (ECONNREFUSED).',
    });
  });

  test('names OPENAI_BASE_URL when a server takes the question and stays silent', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : address;

    expect(await problemWith({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` })).toMatchObject({
      reason: 'No model server answers at OPENAI_BASE_URL (no answer within 2.5 s).',
    });
  });

  test.each<[string, Reply]>([
    ['a web page', { kind: 'http', status: 200, body: '<html>Sign in</html>' }],
    ['an error', { kind: 'http', status: 200, body: { error: 'Unexpected endpoint' } }],
  ])('names OPENAI_BASE_URL when what answers is %s', async (_, reply) => {
    const server = await standIn();
    server.replyAlways(reply);

    const problem = await problemWith({ OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: server.apiKey });

    expect(problem?.sentence).toMatch(/^OPENAI_BASE_URL: what answers at .* is no model server/);
    expect(problem?.reason).toBe('What answers at OPENAI_BASE_URL is no model server.');
  });

  test('names OPENAI_BASE_URL and the other host where it redirects, and no more of the address', async () => {
    const server = await standIn();
    const headers = { location: 'https://gateway.example/v1?key=s3cret' };
    server.replyAlways({ kind: 'http', status: 301, headers, body: '' });

    const problem = await problemWith({ OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: server.apiKey });

    expect(problem?.sentence).toMatch(/^OPENAI_BASE_URL: .* redirects to https:\/\/gateway\.example, /);
    expect(problem?.reason).toContain('redirects to https://gateway.example');
    expect(JSON.stringify(problem)).not.toContain('s3cret');
  });

  test('names OPENAI_API_KEY when the server rejects the key, without repeating it', async () => {
    const { baseUrl } = await standIn();

    const problem = await problemWith({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'sk-wrong' });

    expect(problem?.sentence).toMatch(/^OPENAI_API_KEY: .* rejects the key/);
    expect(JSON.stringify(problem)).not.toContain('sk-wrong');
  });

  test('shows the key to Azure where Azure looks for it', async () => {
    const { baseUrl, apiKey } = await standIn('azure-dated');
    const azure = { OPENAI_BASE_URL: baseUrl, OPENAI_API_VERSION: '2024-10-21' };

    expect(await problemWith({ ...azure, OPENAI_API_KEY: apiKey })).toBeUndefined();
    expect((await problemWith({ ...azure, OPENAI_API_KEY: 'wrong' }))?.sentence).toMatch(/^OPENAI_API_KEY: /);
  });

  test('finds a server again that came up later', async () => {
    const port = await freePort();
    const check = checkOf({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'sk-stand-in' });
    expect(await check()).toBeDefined();

    await using late = await startOpenAiStandIn({ port });

    expect(late.baseUrl).toContain(String(port));
    expect(await check()).toBeUndefined();
  });
});
