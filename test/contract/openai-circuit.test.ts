import { describe, expect, test } from 'vitest';
import type { PageClassifier } from '../../src/classifier/page-classifier.ts';
import { buildPage } from '../support/classifiable-page.ts';
import { classifierOf, failureOf, pageRequest } from '../support/model-classifier.ts';
import { errorReply, type Reply } from '../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in/server.ts';

const page = {
  kind: 'http',
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html>Sign in</html>',
} as const;

/** Resolves when the endpoint can be used again. */
function closed({ circuit }: PageClassifier): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  circuit?.onClosed(resolve);
  return promise;
}

describe('the circuit of a model', () => {
  test.each<[string, Reply, string, RegExp]>([
    ['a refused key', errorReply(401), 'model_auth', /OPENAI_API_KEY/],
    [
      'a model that does not exist',
      errorReply(404, { code: 'model_not_found' }),
      'model_misconfigured',
      /OPENAI_MODEL/,
    ],
    ['a web page', page, 'model_misconfigured', /a web page .* OPENAI_BASE_URL/],
    ['an error without a status', { ...page, body: { error: 'x' } }, 'model_misconfigured', /OPENAI_BASE_URL/],
    ['a used up quota', errorReply(429, { code: 'insufficient_quota' }), 'model_quota', /used up/],
    ['a used up account', errorReply(402), 'model_quota', /OPENAI_API_KEY/],
    ['a limit for all', errorReply(429), 'model_rate_limited', /limit of requests is reached\. Raise the limit/],
    [
      'a limit for all in an answer',
      { kind: 'http', status: 200, body: { error: { code: 429, message: 'slow down' } } },
      'model_rate_limited',
      /limit of requests is reached\. Raise/,
    ],
    ['an outage', errorReply(503), 'model_unavailable', /HTTP 503/],
    ['failures of the server', errorReply(500), 'model_unavailable', /HTTP 500.*OPENAI_BASE_URL/],
    ['a request that it likes from nobody', errorReply(400), 'model_misconfigured', /OPENAI_MODEL/],
  ])('opens by %s, asks no page meanwhile, and closes by itself', async (_, reply, code, sentence) => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    await classifier.classifyPage(pageRequest());
    server.replyAlways(reply);
    const goesOn = closed(classifier);

    const failures = await Promise.all(
      Array.from({ length: 40 }, () => failureOf(classifier.classifyPage(pageRequest()))),
    );
    const asked = server.requests.length;
    const later = await failureOf(classifier.classifyPage(pageRequest()));

    for (const failure of [...failures, later]) {
      expect(failure).toMatchObject({ code, detail: expect.stringMatching(sentence), since: later.since });
    }
    expect(later.since).toBe(classifier.circuit.fault?.since);
    expect(server.requests).toHaveLength(asked);
    server.replyAlways(undefined);
    await goesOn;
    expect(classifier.circuit.fault).toBeUndefined();
    expect(await classifier.classifyPage(pageRequest())).toMatchObject({ confidenceSource: 'logprobs' });
  });

  test('asks as good as nothing of an endpoint that refuses a thousand pages', async () => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    server.replyAlways(errorReply(401));

    for (let round = 0; round < 50; round++) {
      await Promise.all(Array.from({ length: 20 }, () => failureOf(classifier.classifyPage(pageRequest()))));
    }

    expect(server.requests).toHaveLength(0);
    expect(server.probes.length).toBeLessThan(10);
  });

  test.each<[string, Reply, string]>([
    ['a content policy', errorReply(400, { code: 'content_policy_violation' }), 'model_refused'],
    ['a refusal of its own', errorReply(403), 'model_error'],
    ['too large an image', errorReply(400, { message: 'The image is too large.' }), 'internal'],
    ['too large a body', errorReply(413), 'model_misconfigured'],
    ['a failure at this page', errorReply(500), 'model_error'],
  ])('stays closed where one document meets %s', async (_, reply, code) => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    server.enqueue(reply);

    const failure = await failureOf(classifier.classifyPage(pageRequest()));

    expect(failure).toMatchObject({ code, since: undefined });
    expect(classifier.circuit.fault).toBeUndefined();
    expect(await classifier.classifyPage(pageRequest())).toMatchObject({ confidenceSource: 'logprobs' });
  });

  test.each<[string, Reply]>([
    ['a header', errorReply(429, {}, { 'retry-after': '25920' })],
    ['words', errorReply(429, { message: 'Rate limit reached (RPD). Please try again in 7h12m.' })],
  ])('says when a limit ends told by %s, and asks nothing meanwhile', async (_, reply) => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    server.replyAlways(reply);
    const dueAt = Date.now() + 25_920_000;

    const failure = await failureOf(classifier.classifyPage(pageRequest()));

    const [, stated = ''] = /come back at (.*) UTC/.exec(failure.detail) ?? [];
    expect(Date.parse(`${stated.replace(' ', 'T')}Z`)).toBeGreaterThanOrEqual(dueAt);
    expect(Date.parse(`${stated.replace(' ', 'T')}Z`)).toBeLessThan(dueAt + 960_000);
    expect(failure.since).toBeDefined();
    expect(server.probes).toHaveLength(1);
  });

  test("names no end of a day's limit that names none itself, and waits long", async () => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    server.enqueue(errorReply(429, { message: 'Rate limit exceeded: free-models-per-day' }));

    const failure = await failureOf(classifier.classifyPage(pageRequest()));

    expect(failure).toMatchObject({ retryAfterMs: 3_600_000, detail: expect.not.stringContaining('come back') });
  });

  test('opens by a short limit only when a second try is refused as well', async () => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    await classifier.classifyPage(pageRequest());
    server.replyAlways(errorReply(429, {}, { 'retry-after-ms': '1' }));

    const first = await failureOf(classifier.classifyPage(pageRequest()));
    const probes = server.probes.length;
    const second = await failureOf(classifier.classifyPage(pageRequest()));

    expect(first).toMatchObject({ retryAfterMs: 1, since: undefined });
    expect(probes).toBe(1);
    expect(second).toMatchObject({ code: 'model_rate_limited', since: expect.any(String) });
  });

  test('gives who sent the one page that was rejected no advice for the operator', async () => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    server.enqueue(errorReply(400, { message: 'The image is too large.' }));

    expect((await failureOf(classifier.classifyPage(pageRequest()))).detail).not.toContain('OPENAI_');
  });

  test('stays closed where one page is never answered, and opens where nothing is', async () => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server, { timeoutMs: 2000 });
    await classifier.classifyPage(pageRequest());
    server.enqueue({ kind: 'never' });

    expect(await failureOf(classifier.classifyPage(pageRequest()))).toMatchObject({ code: 'model_timeout' });
    expect(classifier.circuit.fault).toBeUndefined();

    server.replyAlways({ kind: 'never' });
    expect(await failureOf(classifier.classifyPage(pageRequest()))).toMatchObject({ code: 'model_unavailable' });
    expect(classifier.circuit.fault).toMatchObject({ detail: 'The model did not answer within 2 s.' });
  });

  test('tells what is wrong with an address where no model server can be', async () => {
    await using server = await startOpenAiStandIn();
    const baseUrl = server.baseUrl.replace('http:', 'https:');
    await using plain = classifierOf(server, { baseUrl });
    await using nowhere = classifierOf(server, { baseUrl: 'http://model.invalid/v1' });

    const [insecure, unknown] = await Promise.all([
      failureOf(plain.classifyPage(pageRequest())),
      failureOf(nowhere.classifyPage(pageRequest())),
    ]);

    expect(insecure).toMatchObject({
      code: 'model_misconfigured',
      detail: expect.stringMatching(/not secure.*OPENAI_BASE_URL/),
    });
    expect(unknown.detail).toMatch(/OPENAI_BASE_URL/);
  });

  test('lets pages with a text layer go on where the model takes no images', async () => {
    await using server = await startOpenAiStandIn();
    await using classifier = classifierOf(server, { model: 'stand-in-no-images' });

    const scan = await failureOf(classifier.classifyPage(pageRequest({ page: buildPage() })));

    expect(scan).toMatchObject({ code: 'model_misconfigured', since: undefined });
    expect(await classifier.classifyPage(pageRequest())).toMatchObject({
      warnings: [expect.stringContaining('images')],
    });
  });
});
