import { describe, expect, test } from 'vitest';
import { classifierOf, failureOf, pageRequest } from '../support/model-classifier.ts';
import { errorReply, type Reply } from '../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in/server.ts';

const webPage = '<!DOCTYPE html><html><body>Blocked</body></html>';

function html(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { kind: 'http', status, headers: { 'content-type': 'text/html', ...headers }, body: webPage };
}

/** As the vendor named answers, in its words. */
const replies: readonly (readonly [string, Reply, string, RegExp])[] = [
  [
    'a redirect',
    html(301, { location: 'https://gw.example/x?key=s3' }),
    'model_misconfigured',
    /https:\/\/gw\.example \(HTTP 301\).*OPENAI_BASE_URL/,
  ],
  [
    'a redirect to its own host',
    html(308, { location: '/api/v1' }),
    'model_misconfigured',
    /another path at http:\/\/127\.0\.0\.1:\d+ .*OPENAI_BASE_URL/,
  ],
  ['a redirect that names nothing', html(302), 'model_misconfigured', /redirects to another address/],
  ['a web page', html(200), 'model_misconfigured', /a web page .*OPENAI_BASE_URL/],
  ['an unknown path', html(404), 'model_misconfigured', /OPENAI_BASE_URL/],
  ['a method that is not allowed', html(405), 'model_misconfigured', /OPENAI_BASE_URL/],
  ['a firewall', html(403), 'model_misconfigured', /A web page .*OPENAI_BASE_URL/],
  ['a proxy that wants credentials', html(407), 'model_unavailable', /proxy.*OPENAI_BASE_URL/],
  ['an account without money', errorReply(402), 'model_quota', /used up.*OPENAI_API_KEY/],
  ['OpenAI, out of quota', errorReply(429, { code: 'insufficient_quota' }), 'model_quota', /used up/],
  [
    'Anthropic, out of credit',
    errorReply(400, { message: 'Your credit balance is too low to access the Anthropic API.' }),
    'model_quota',
    /used up/,
  ],
  [
    'SiliconFlow, out of money',
    {
      kind: 'http',
      status: 403,
      body: { code: 30001, message: 'Sorry, your account balance is insufficient', data: null },
    },
    'model_quota',
    /used up/,
  ],
  [
    'xAI, out of credits',
    errorReply(403, { message: "Your newly created teams doesn't have any credits yet." }),
    'model_quota',
    /used up/,
  ],
  [
    'Alibaba, in arrears',
    errorReply(400, {
      code: 'Arrearage',
      message: 'Access denied, please make sure your account is in good standing.',
    }),
    'model_quota',
    /used up/,
  ],
  [
    'OpenAI, in another country',
    errorReply(403, {
      code: 'unsupported_country_region_territory',
      message: 'Country, region, or territory not supported',
    }),
    'model_misconfigured',
    /country.*OPENAI_BASE_URL/,
  ],
  [
    'Google, in another country',
    errorReply(400, { message: 'User location is not supported for the API use.' }),
    'model_misconfigured',
    /country/,
  ],
  [
    'OpenAI, of an organization that is not verified',
    errorReply(403, { message: 'Your organization must be verified to use the model `stand-in`.' }),
    'model_misconfigured',
    /verified.*OPENAI_MODEL/,
  ],
  [
    'OpenAI, of a project without the model',
    errorReply(403, { code: 'model_not_found', message: 'Project `p` does not have access to model `stand-in`' }),
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'DeepSeek, without the model',
    errorReply(400, { message: 'Model Not Exist' }),
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'Mistral, without the model',
    {
      kind: 'http',
      status: 400,
      body: { object: 'error', message: 'Invalid model: stand-in', type: 'invalid_model', code: '1500' },
    },
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'OpenRouter, without the model',
    { kind: 'http', status: 400, body: { error: { message: 'stand-in is not a valid model ID', code: 400 } } },
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'LiteLLM, without the model',
    errorReply(400, {
      message:
        '/chat/completions: Invalid model name passed in model=stand-in. Call `/v1/models` to view available models.',
    }),
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'Groq, past the life of the model',
    errorReply(400, { code: 'model_decommissioned', message: 'The model `stand-in` has been decommissioned.' }),
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'Hugging Face, without the model',
    errorReply(400, { code: 'model_not_supported', message: 'The requested model is not supported by any provider.' }),
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'GitHub, without the model',
    errorReply(400, { code: 'unknown_model', message: 'Unknown model: stand-in' }),
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'SiliconFlow, without the model',
    {
      kind: 'http',
      status: 400,
      body: { code: 20012, message: 'Model does not exist. Please check it carefully.', data: null },
    },
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'Ollama, without the model',
    { kind: 'http', status: 404, body: { error: { message: 'model "stand-in" not found, try pulling it first' } } },
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'Bedrock, without the model',
    errorReply(400, { message: 'The provided model identifier is invalid.' }),
    'model_misconfigured',
    /OPENAI_MODEL/,
  ],
  [
    'Google, of a key that is none',
    errorReply(400, { message: 'API key not valid. Please pass a valid API key.' }),
    'model_auth',
    /OPENAI_API_KEY/,
  ],
];

describe('what a model server answers that only the operator can mend', () => {
  test.each(replies)(
    '%s: pages wait, with the setting to change, before and after the first answer',
    async (_, reply, code, sentence) => {
      await using server = await startOpenAiStandIn();
      await using fresh = classifierOf(server);
      await using used = classifierOf(server);
      await used.classifyPage(pageRequest());
      server.replyAlways(reply);

      const failures = [
        await failureOf(fresh.classifyPage(pageRequest())),
        await failureOf(used.classifyPage(pageRequest())),
      ];

      for (const failure of failures) {
        expect(failure).toMatchObject({ code, detail: expect.stringMatching(sentence), since: expect.any(String) });
        expect(failure.detail).not.toContain('s3');
      }
    },
  );

  test('a redirect takes no document to another host', async () => {
    await using server = await startOpenAiStandIn();
    await using elsewhere = await startOpenAiStandIn();
    await using classifier = classifierOf(server);
    server.replyAlways(html(307, { location: `${elsewhere.baseUrl}/chat/completions` }));

    expect((await failureOf(classifier.classifyPage(pageRequest()))).code).toBe('model_misconfigured');
    expect([...elsewhere.probes, ...elsewhere.requests]).toEqual([]);
  });
});
