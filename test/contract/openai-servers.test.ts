import { describe, expect, test } from 'vitest';
import { buildPage } from '../support/classifiable-page.ts';
import { classifierOf, classifyOn, failureOf, pageRequest } from '../support/model-classifier.ts';
import { serverNames, type ServerName } from '../support/openai-stand-in/dialect.ts';
import { readImage } from '../support/openai-stand-in/question.ts';
import type { AnswerQuestion, Reply } from '../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { azureFilteredPrompt, azureRateLimited } from '../support/openai-stand-in/servers/azure.ts';
import { llamaCppLoading } from '../support/openai-stand-in/servers/llama-cpp.ts';
import { ollamaBusy } from '../support/openai-stand-in/servers/ollama.ts';

const categories = [{ name: 'invoice' }, { name: 'invoice correction' }, { name: 'letter' }];

/** 0.6 for the label, 0.1 for each of two others, and 0.2 for a word that is none of them. */
const unsure: AnswerQuestion = () => ({
  kind: 'answer',
  label: 'invoice',
  confidence: 0.6,
  alternatives: { 'invoice correction': 0.1, letter: 0.1, The: 0.2 },
});

const tooLong = buildPage({ text: 'line of words\n'.repeat(2000) });

/** The settings by which docs/models.md has a worker ask a server. */
function settings(server: ServerName): { readonly apiVersion?: string } {
  return server === 'azure-dated' ? { apiVersion: '2024-10-21' } : {};
}

function parameters({ requests }: OpenAiStandIn): Record<string, unknown> {
  const body: unknown = JSON.parse(requests.at(-1)?.body ?? '{}');
  return Object.fromEntries(Object.entries(Object(body)).filter(([name]) => name !== 'messages'));
}

describe.each(serverNames)('openai against %s', (name) => {
  const [start, options] = [() => startOpenAiStandIn({ server: name, answer: unsure }), settings(name)];

  test.each(['stand-in', 'stand-in-thinking'])(
    'gives the probability of the label among the labels, with the runners-up (%s)',
    async (model) => {
      await using server = await start();

      const answer = await classifyOn(server, { ...options, model }, { categories });

      expect(answer).toMatchObject({ classification: 'invoice', confidenceSource: 'logprobs' });
      expect(answer.candidates).toStrictEqual([
        { name: 'invoice', confidence: expect.closeTo(0.75, 5) },
        { name: 'invoice correction', confidence: expect.closeTo(0.125, 5) },
        { name: 'letter', confidence: expect.closeTo(0.125, 5) },
      ]);
      expect(answer.warnings).toBeUndefined();
    },
  );

  test('says what the model states where there are no log-probabilities, and has none for the candidates', async () => {
    await using server = await start();

    expect(await classifyOn(server, { ...options, model: 'stand-in-no-logprobs' }, { categories })).toMatchObject({
      classification: 'invoice',
      confidence: 0.6,
      confidenceSource: 'stated',
      candidates: [{ name: 'invoice', confidence: null }],
    });
  });

  test('asks for a schema, the likeliest tokens and an answer of bounded length', async () => {
    await using server = await start();

    await classifyOn(server, options);

    expect(parameters(server)).toMatchObject({ max_tokens: 300, temperature: 0, logprobs: true, top_logprobs: 20 });
    expect(parameters(server)).toHaveProperty('response_format.json_schema.strict', true);
  });

  test('judges by the text alone where the model takes no images', async () => {
    await using server = await start();
    const classifier = classifierOf(server, { ...options, model: 'stand-in-no-images' });

    const answer = await classifier.classifyPage(pageRequest({ categories }));
    const error = await failureOf(classifier.classifyPage(pageRequest({ categories, page: buildPage() })));

    const question = server.requests[0]?.question;
    expect(question && readImage(question.request)).toBeUndefined();
    expect(answer.warnings).toHaveLength(1);
    expect(error).toMatchObject({ code: 'model_misconfigured', retryable: true });
    expect(error.detail).toContain('OPENAI_MODEL');
  });

  test.skipIf(name === 'ollama')('names the setting of a wrong key', async () => {
    await using server = await start();

    const error = await failureOf(classifyOn(server, { ...options, apiKey: 'sk-wrong' }));

    expect(error).toMatchObject({ code: 'model_auth', retryable: true });
    expect(error.detail).toContain('OPENAI_API_KEY');
  });

  test.skipIf(name === 'llama.cpp')('names the setting of a model that is not served', async () => {
    await using server = await start();

    const error = await failureOf(classifyOn(server, { ...options, model: 'nowhere' }));

    expect(error).toMatchObject({ code: 'model_misconfigured', retryable: true });
    expect(error.detail).toContain('"nowhere"');
    expect(error.detail).toContain('OPENAI_MODEL');
  });

  test.skipIf(name === 'ollama')('says of a context that is too short for a page that it is', async () => {
    await using server = await start();

    const error = await failureOf(classifyOn(server, { ...options, model: 'stand-in-small' }, { page: tooLong }));

    expect(error).toMatchObject({ code: 'model_misconfigured', retryable: true });
    expect(error.detail).toContain('The context of the model is too short for a page');
  });
});

describe('openai against Azure', () => {
  test('asks its dated API at the address of the deployment, with the key in its own header', async () => {
    await using server = await startOpenAiStandIn({ server: 'azure-dated' });

    await classifyOn(server, { apiVersion: '2024-10-21' });

    const [request] = server.requests;
    expect(request?.path).toBe('/openai/deployments/stand-in/chat/completions?api-version=2024-10-21');
    expect(request?.headers['api-key']).toBe(server.apiKey);
    expect(request?.headers.authorization).toBeUndefined();
  });

  test.each(['/openai', '/openai/', '/openai/deployments/stand-in'])(
    'takes a base URL that ends in %s',
    async (path) => {
      await using server = await startOpenAiStandIn({ server: 'azure-dated' });

      const answer = await classifyOn(server, { apiVersion: '2024-10-21', baseUrl: server.baseUrl + path });

      expect(answer.confidenceSource).toBe('logprobs');
    },
  );

  test('goes without a schema where the version of the API is older than schemas are', async () => {
    await using server = await startOpenAiStandIn({ server: 'azure-dated' });

    const answer = await classifyOn(server, { apiVersion: '2024-06-01' });

    expect(parameters(server)).toMatchObject({ response_format: { type: 'json_object' } });
    expect(answer.confidenceSource).toBe('logprobs');
  });

  test('passes the version on to the other API, too', async () => {
    await using server = await startOpenAiStandIn({ server: 'azure' });

    await classifyOn(server, { apiVersion: 'preview' });

    expect(server.requests[0]?.path).toBe('/openai/v1/chat/completions?api-version=preview');
  });

  test.each<[string, Reply, object]>([
    ['a prompt that its filter refuses', azureFilteredPrompt, { code: 'model_refused', retryable: false }],
    ['an answer that its filter refuses', { kind: 'content-filter' }, { code: 'model_refused', retryable: false }],
    [
      'a rate limit with a wait',
      azureRateLimited({ 'retry-after': '45', 'retry-after-ms': '44210' }),
      { code: 'model_rate_limited', retryAfterMs: 44_210 },
    ],
    [
      'a rate limit that names the reset alone',
      azureRateLimited({ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '45' }),
      { code: 'model_rate_limited', retryAfterMs: 45_000 },
    ],
    [
      'a rate limit that names nothing',
      azureRateLimited({ 'x-ratelimit-remaining-tokens': '-1', 'x-ratelimit-reset-tokens': '0' }),
      { code: 'model_rate_limited', retryAfterMs: undefined },
    ],
  ])('understands %s', async (_, reply, expected) => {
    await using server = await startOpenAiStandIn({ server: 'azure' });
    server.enqueue(reply);

    expect(await failureOf(classifyOn(server))).toMatchObject(expected);
  });

  test('says that a model is a deployment there', async () => {
    await using server = await startOpenAiStandIn({ server: 'azure' });

    const { detail } = await failureOf(classifyOn(server, { model: 'gpt-4.1-mini' }));

    expect(detail).toContain('OPENAI_MODEL is the name of a deployment');
  });
});

describe('openai against local servers', () => {
  test.each<[ServerName, Reply, string]>([
    ['llama.cpp', llamaCppLoading, 'The model server is still loading the model. Please try again.'],
    ['ollama', ollamaBusy, 'The model server has an error (HTTP 503). Please try again.'],
  ])('waits for %s when it is not ready', async (name, reply, detail) => {
    await using server = await startOpenAiStandIn({ server: name });
    server.enqueueForProbe(reply);

    expect(await failureOf(classifyOn(server))).toMatchObject({ code: 'model_unavailable', retryable: true, detail });
  });

  test('keeps the options in what Ollama shows the model of a page that is longer than its context', async () => {
    await using server = await startOpenAiStandIn({ server: 'ollama', answer: unsure });

    const answer = await classifyOn(server, { model: 'stand-in-small' }, { page: tooLong, categories });

    expect(answer).toMatchObject({ classification: 'invoice', confidenceSource: 'logprobs' });
    expect(server.requests[0]?.question?.text).toContain('{"name":"invoice correction"}');
  });

  test('asks vLLM for as many alternatives as it gives', async () => {
    const models = { few: { maxTopLogprobs: 8 } };
    await using server = await startOpenAiStandIn({ server: 'vllm', models });

    await classifyOn(server, { model: 'few' });

    expect(parameters(server)).toMatchObject({ top_logprobs: 8 });
  });

  test('says that a base URL mostly ends in /v1 where it has no path', async () => {
    await using server = await startOpenAiStandIn({ server: 'ollama' });

    const { detail } = await failureOf(classifyOn(server, { baseUrl: new URL(server.baseUrl).origin }));

    expect(detail).toContain('It mostly ends in /v1.');
  });
});
