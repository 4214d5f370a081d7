import { describe, expect, test } from 'vitest';
import { buildPage } from '../support/classifiable-page.ts';
import { classifierOf, classifyOn, failureOf, pageRequest } from '../support/model-classifier.ts';
import { readImage } from '../support/openai-stand-in/question.ts';
import { errorReply } from '../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';

const noLogprobs = { kind: 'http', status: 400, body: { error: { message: 'logprobs are not supported' } } } as const;

/** The parameters of a recorded request that depend on what the server is known to do. */
function sent(server: OpenAiStandIn, index: number): Record<string, unknown> {
  const { messages: _, model: __, ...parameters } = JSON.parse(server.requests[index]?.body ?? '{}');
  return parameters;
}

describe('the probe of a model', () => {
  test('is one small question, shared by all pages that come at once', async () => {
    await using server = await startOpenAiStandIn();
    const classifier = classifierOf(server);

    await Promise.all(Array.from({ length: 8 }, () => classifier.classifyPage(pageRequest())));

    expect(server.probes).toHaveLength(1);
    expect(server.requests).toHaveLength(8);
    expect(server.probes[0]?.body.length).toBeLessThan(10_000);
  });

  test('shows a picture and tells nothing of a document', async () => {
    await using server = await startOpenAiStandIn();

    await classifyOn(server, {}, { page: buildPage({ text: 'Patient Jane Roe' }), instructions: 'secret advice' });

    const question = server.probes[0]?.question;
    expect(question && readImage(question.request)?.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(server.probes[0]?.body).not.toMatch(/Jane|advice|invoice/);
  });

  test.each([
    ['stand-in', 'logprobs', { response_format: expect.objectContaining({ type: 'json_schema' }), top_logprobs: 20 }],
    ['stand-in-reasoning', 'stated', { max_completion_tokens: 300 }],
    ['stand-in-no-json-schema', 'logprobs', { response_format: { type: 'json_object' } }],
    ['stand-in-no-response-format', 'logprobs', { top_logprobs: 20 }],
    ['stand-in-ignores-format', 'logprobs', { response_format: { type: 'json_object' } }],
    ['stand-in-no-logprobs', 'stated', {}],
    ['stand-in-5-logprobs', 'logprobs', { top_logprobs: 5 }],
    ['stand-in-own-logprob', 'logprobs', { logprobs: true }],
    ['stand-in-thinking', 'logprobs', { top_logprobs: 20 }],
  ])('finds out what %s does before the first page is asked about', async (model, confidenceSource, parameters) => {
    await using server = await startOpenAiStandIn();
    const classifier = classifierOf(server, { model });

    const answer = await classifier.classifyPage(pageRequest());
    const probeCount = server.probes.length;
    await classifier.classifyPage(pageRequest());

    expect(answer.confidenceSource).toBe(confidenceSource);
    expect(sent(server, 0)).toMatchObject(parameters);
    expect(server.requests).toHaveLength(2);
    expect(server.probes).toHaveLength(probeCount);
  });

  test('leaves out what a model refuses or ignores', async () => {
    await using server = await startOpenAiStandIn();

    await classifyOn(server, { model: 'stand-in-reasoning' });
    await classifyOn(server, { model: 'stand-in-no-response-format' });
    await classifyOn(server, { model: 'stand-in-no-logprobs' });

    expect(Object.keys(sent(server, 0))).toStrictEqual(['response_format', 'max_completion_tokens']);
    expect(sent(server, 1)).not.toHaveProperty('response_format');
    expect(sent(server, 2)).not.toHaveProperty('logprobs');
  });

  test('gets log-probabilities from a model that may reason where the operator lets it not', async () => {
    await using server = await startOpenAiStandIn();
    const model = 'stand-in-may-reason';

    expect(await classifyOn(server, { model })).toMatchObject({ confidenceSource: 'stated' });
    expect(await classifyOn(server, { model, reasoningEffort: 'none' })).toMatchObject({
      confidenceSource: 'logprobs',
    });
    expect(await classifyOn(server, { reasoningEffort: 'none' })).toMatchObject({ confidenceSource: 'logprobs' });
  });

  test('says of a model that takes no images what its answer rests on', async () => {
    await using server = await startOpenAiStandIn();

    const answer = await classifyOn(server, { model: 'stand-in-no-images' });

    const question = server.requests[0]?.question;
    expect(question && readImage(question.request)).toBeUndefined();
    expect(question?.text).toContain('INVOICE');
    expect(answer.warnings).toStrictEqual([
      'The model does not take images: the page was judged by its text layer alone.',
    ]);
  });

  test('lets a page without text wait where the model takes no images', async () => {
    await using server = await startOpenAiStandIn();

    const error = await failureOf(classifyOn(server, { model: 'stand-in-no-images' }, { page: buildPage() }));

    expect(error).toMatchObject({ code: 'model_misconfigured', retryable: true });
    expect(error.detail).toContain('"stand-in-no-images" does not take the image');
    expect(error.detail).toContain('OPENAI_MODEL');
  });

  test('warns of a model that takes images and sees nothing', async () => {
    await using server = await startOpenAiStandIn();

    expect(await classifyOn(server, { model: 'stand-in-blind' })).toMatchObject({
      warnings: ['The model could not read a test picture: it may not see what the page looks like.'],
    });
  });

  test('concludes nothing from an answer that is cut off', async () => {
    await using server = await startOpenAiStandIn();
    server.enqueueForProbe({ kind: 'content', content: '', finishReason: 'length' });

    const answer = await classifyOn(server);

    expect(answer).toMatchObject({ confidenceSource: 'logprobs' });
    expect(answer.warnings).toBeUndefined();
    expect(server.probes).toHaveLength(1);
  });
});

describe('a probe that fails', () => {
  test.each([
    ['an outage', errorReply(503), 'model_unavailable'],
    ['a rate limit', errorReply(429, {}, { 'retry-after-ms': '20' }), 'model_rate_limited'],
    ['a wrong key', errorReply(401), 'model_auth'],
  ])(
    'with %s fails the pages that wait for it with the reason, and is asked again until it is answered',
    async (_, reply, code) => {
      await using server = await startOpenAiStandIn();
      const classifier = classifierOf(server);
      server.enqueueForProbe({ kind: 'held', reply });

      const failures = Array.from({ length: 3 }, () => failureOf(classifier.classifyPage(pageRequest())));
      await server.waitForProbes(1);
      server.release();

      for (const failure of failures) expect(await failure).toMatchObject({ code });
      await server.waitForProbes(2);
      await expect
        .poll(() => classifier.classifyPage(pageRequest()).catch(() => undefined))
        .toMatchObject({ confidenceSource: 'logprobs' });
      expect(server.probes).toHaveLength(2);
    },
  );

  test('by never being answered ends when its time is over, and says so', async () => {
    await using server = await startOpenAiStandIn();
    server.enqueueForProbe({ kind: 'never' });

    const error = await failureOf(classifyOn(server, { timeoutMs: 300 }));

    expect(error).toMatchObject({ code: 'model_unavailable', retryable: true });
    expect(error.detail).toBe('The model did not answer within 0.3 s.');
    expect(await server.probes[0]?.outcome).toBe('aborted by client');
  });

  test('is given up when the last page that waits for it is cancelled, and not before', async () => {
    await using server = await startOpenAiStandIn();
    const classifier = classifierOf(server);
    const [first, second] = [new AbortController(), new AbortController()];
    server.enqueueForProbe({ kind: 'held', reply: { kind: 'answer', label: 'H' } }, { kind: 'never' });

    const cancelled = failureOf(classifier.classifyPage(pageRequest({ signal: first.signal })));
    const answered = classifier.classifyPage(pageRequest());
    await server.waitForProbes(1);
    first.abort();
    expect(await cancelled).toMatchObject({ code: 'cancelled' });
    server.release();
    expect(await answered).toMatchObject({ classification: expect.any(String) });

    const alone = failureOf(classifierOf(server).classifyPage(pageRequest({ signal: second.signal })));
    await server.waitForProbes(2);
    second.abort();
    expect(await alone).toMatchObject({ code: 'cancelled' });
    expect(await server.probes[1]?.outcome).toBe('aborted by client');
  });
});

describe('what was found out', () => {
  test('is found out anew when a page is refused what the probe was not', async () => {
    await using server = await startOpenAiStandIn();
    const classifier = classifierOf(server);
    server.enqueue(noLogprobs);

    const answer = await classifier.classifyPage(pageRequest());
    await classifier.classifyPage(pageRequest());

    expect(answer).toMatchObject({ confidenceSource: 'stated', candidates: [{ confidence: null }] });
    expect(server.probes).toHaveLength(2);
    expect(server.requests).toHaveLength(3);
    expect(sent(server, 2)).not.toHaveProperty('logprobs');
  });

  test('is found out once for all pages that are refused at the same time', async () => {
    await using server = await startOpenAiStandIn();
    const classifier = classifierOf(server);
    await classifier.classifyPage(pageRequest());
    server.enqueue(...Array.from({ length: 4 }, () => ({ kind: 'held', reply: noLogprobs }) as const));

    const pages = Array.from({ length: 4 }, () => classifier.classifyPage(pageRequest()));
    await server.waitForRequests(5);
    server.release();
    await Promise.all(pages);

    expect(server.probes).toHaveLength(2);
  });

  test('is found out anew, once, when the log-probabilities no longer come', async () => {
    await using server = await startOpenAiStandIn();
    const classifier = classifierOf(server);
    const without = { kind: 'http', status: 200, body: withoutLogprobs } as const;
    server.enqueue(without, without, without);

    const sources = [];
    for (let page = 1; page <= 4; page++) {
      sources.push((await classifier.classifyPage(pageRequest())).confidenceSource);
    }

    expect(sources).toStrictEqual(['stated', 'stated', 'stated', 'logprobs']);
    expect(server.probes).toHaveLength(2);
  });

  test('lets one page go without its image, and the others keep theirs', async () => {
    await using server = await startOpenAiStandIn();
    const classifier = classifierOf(server);
    server.enqueue(errorReply(400, { message: 'This image is not supported.' }));

    const odd = await classifier.classifyPage(pageRequest());
    await classifier.classifyPage(pageRequest());

    const images = server.requests.map(({ question }) => question && readImage(question.request) !== undefined);
    expect(odd.warnings).toHaveLength(1);
    expect(images).toStrictEqual([true, false, true]);
  });
});

const withoutLogprobs = {
  choices: [{ message: { content: '{"option":"A","reason":"x","confidence":70}' }, finish_reason: 'stop' }],
};
