import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { OpenAiClassifierOptions } from '../../src/classifier/openai/openai-classifier.ts';
import type { PageClassification } from '../../src/classifier/page-classifier.ts';
import { buildPage } from '../support/classifiable-page.ts';
import { classifyOn, failureOf } from '../support/model-classifier.ts';
import { errorReply, type Reply } from '../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';

const secretText = 'Patient Jane Roe, IBAN DE02120300000000202051';
const secretKey = 'sk-stand-in-very-secret';

interface Setting extends Partial<OpenAiClassifierOptions> {
  readonly signal?: AbortSignal;
}

async function classify(server: OpenAiStandIn, setting: Setting = {}): Promise<PageClassification> {
  const { signal = new AbortController().signal, ...options } = setting;
  return await classifyOn(server, options, { page: buildPage({ text: secretText }), signal });
}

const cutOff: Reply = { kind: 'content', content: '{"option":"A","rea', finishReason: 'length' };
const broken: Reply = { kind: 'content', content: '{"option":"A","rea' };
const noRoom = errorReply(400, { message: "'max_tokens' is too large: 1200. The maximum context length is 1024." });
const outside: Reply = { kind: 'content', content: '{"option":"recipe","reason":"It smells good.","confidence":99}' };
const html: Reply = { kind: 'http', status: 200, body: '<html>Sign in</html>' };

describe('a failed question to openai', () => {
  test.each<[string, Reply[], string, boolean]>([
    ['a server error', [errorReply(500)], 'model_error', true],
    ['an overloaded server', [errorReply(503)], 'model_unavailable', true],
    ['a broken connection', [{ kind: 'disconnect' }], 'model_unavailable', true],
    ['a rate limit', [errorReply(429)], 'model_rate_limited', true],
    ['a refusal', [{ kind: 'refusal', refusal: secretText }], 'model_refused', false],
    ['a content filter in the answer', [{ kind: 'content-filter' }], 'model_refused', false],
    ['a content filter before it', [errorReply(400, { code: 'content_filter' })], 'model_refused', false],
    ['data that an inspection fails', [errorReply(400, { code: 'data_inspection_failed' })], 'model_refused', false],
    [
      'a picture that is unsafe',
      [errorReply(400, { message: 'This image is not allowed by our safety system.' })],
      'model_refused',
      false,
    ],
    ['a page that was flagged', [errorReply(403, { message: 'Your input was flagged.' })], 'model_refused', false],
    [
      'a policy in words',
      [errorReply(400, { message: 'Output blocked by content filtering policy' })],
      'model_refused',
      false,
    ],
    ['an answer cut off, twice', [cutOff, cutOff], 'model_output_invalid', true],
    ['an answer that breaks off, twice', [broken, broken], 'model_output_invalid', true],
    ['an answer cut off that has no room for more', [cutOff, noRoom], 'model_output_invalid', true],
    ['a used up account', [errorReply(402)], 'model_quota', true],
    ['a used up quota', [errorReply(429, { code: 'insufficient_quota' })], 'model_quota', true],
    ['an answer that was begun and never ended', [errorReply(408)], 'model_timeout', true],
    ['an answer outside the list, twice', [outside, outside], 'model_output_invalid', true],
    [
      'an empty answer, twice',
      [
        { kind: 'content', content: '' },
        { kind: 'content', content: '' },
      ],
      'model_output_invalid',
      true,
    ],
    ['a page of another protocol', [html], 'model_misconfigured', true],
    ['rejected credentials', [errorReply(401, { code: 'invalid_api_key' })], 'model_error', true],
    ['a forbidden project', [errorReply(403, { code: 'project_forbidden' })], 'model_error', true],
    ['a model not found', [errorReply(404, { code: 'model_not_found' })], 'model_misconfigured', true],
    [
      'too small a context for any page',
      [errorReply(400, { code: 'context_length_exceeded' })],
      'model_misconfigured',
      true,
    ],
    ['a request it does not like', [errorReply(400, { message: secretText })], 'internal', false],
  ])('that is %s gives the code that says so', async (_, replies, code, retryable) => {
    await using server = await startOpenAiStandIn({ apiKey: secretKey });
    server.enqueue(...replies);

    const error = await failureOf(classify(server));

    expect(error).toMatchObject({ code, retryable });
    expect(inspect(error, { depth: 10 })).not.toContain('Jane');
    expect(inspect(error, { depth: 10 })).not.toContain(secretKey);
    expect(server.requests).toHaveLength(replies.length);
  });

  test.each<[string, number, Record<string, string>, number]>([
    ['seconds', 429, { 'retry-after': '7' }, 7000],
    ['milliseconds', 429, { 'retry-after-ms': '1250', 'retry-after': '2' }, 1250],
    [
      'resets of its limits',
      429,
      { 'x-ratelimit-reset-requests': '120ms', 'x-ratelimit-reset-tokens': '1m3s' },
      63_000,
    ],
    ['seconds of an outage', 503, { 'retry-after': '30' }, 30_000],
    ['seconds of a server error', 500, { 'retry-after': '5' }, 5000],
  ])('says how long to wait, given in %s', async (_, status, headers, retryAfterMs) => {
    await using server = await startOpenAiStandIn();
    server.enqueue(errorReply(status, {}, headers));

    expect(await failureOf(classify(server))).toMatchObject({ retryAfterMs });
  });

  test('says how long to wait, given as a date', async () => {
    await using server = await startOpenAiStandIn();
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    server.enqueue(errorReply(429, {}, { 'retry-after': date }));

    const { retryAfterMs } = await failureOf(classify(server));

    expect(retryAfterMs).toBeGreaterThan(3_000_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  test('names the setting of a wrong key, and never the key', async () => {
    await using server = await startOpenAiStandIn();

    const error = await failureOf(classify(server, { apiKey: secretKey }));

    expect(error.detail).toContain('OPENAI_API_KEY');
    expect(inspect(error, { depth: 10 })).not.toContain(secretKey);
  });

  test('refuses a key that cannot stand in a header, without saying it', async () => {
    await using server = await startOpenAiStandIn();

    const error = await failureOf(classify(server, { apiKey: `${secretKey}\n` }));

    expect(error).toMatchObject({ code: 'model_auth' });
    expect(inspect(error, { depth: 10 })).not.toContain(secretKey);
  });

  test('names the setting of an unknown model', async () => {
    await using server = await startOpenAiStandIn();

    const error = await failureOf(classify(server, { model: 'gpt-nowhere' }));

    expect(error).toMatchObject({ code: 'model_misconfigured', retryable: true });
    expect(error.detail).toContain('OPENAI_MODEL');
  });

  test("is the caller's where what they ask is longer than the context of the model", async () => {
    await using server = await startOpenAiStandIn();
    server.enqueue(errorReply(400, { code: 'context_length_exceeded' }));
    const categories = [{ name: 'invoice', description: 'A bill. '.repeat(3000) }, { name: 'letter' }];

    const error = await failureOf(classifyOn(server, {}, { categories }));

    expect(error).toMatchObject({ code: 'payload_too_large', retryable: false });
  });

  test('is one that may be repeated when nobody listens at the address', async () => {
    const gone = await startOpenAiStandIn();
    await gone[Symbol.asyncDispose]();

    const error = await failureOf(classify(gone));

    expect(error).toMatchObject({ code: 'model_unavailable', retryable: true });
  });

  test('ends when the time for the page is over', async () => {
    await using server = await startOpenAiStandIn({ answer: () => ({ kind: 'never' }) });

    const error = await failureOf(classify(server, { timeoutMs: 2000 }));

    expect(error).toMatchObject({ code: 'model_timeout', retryable: true });
    expect(await server.requests[0]?.outcome).toBe('aborted by client');
  });

  test('ends when an answer that was begun does not end in time', async () => {
    await using server = await startOpenAiStandIn();
    server.enqueue({ kind: 'slow', reply: { label: 'letter' }, delayMs: 60_000 });

    const error = await failureOf(classify(server, { timeoutMs: 2000 }));

    expect(error).toMatchObject({ code: 'model_timeout', detail: 'The model did not answer within 2 s.' });
    expect(await server.requests[0]?.outcome).toBe('broken off');
  });

  test('ends with the signal, and the connection with it', async () => {
    await using server = await startOpenAiStandIn({ answer: () => ({ kind: 'never' }) });
    const controller = new AbortController();

    const failure = failureOf(classify(server, { signal: controller.signal }));
    await server.waitForRequests(1);
    controller.abort();

    expect(await failure).toMatchObject({ code: 'cancelled' });
    expect(await server.requests[0]?.outcome).toBe('aborted by client');
  });
});
