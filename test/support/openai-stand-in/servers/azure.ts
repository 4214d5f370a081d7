import { ApiError } from '../api-error.ts';
import type { Dialect } from '../dialect.ts';
import type { Reply } from '../replies.ts';
import { openai, routeBelow } from './openai.ts';

const denied =
  'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.';

/**
 * Azure's `/openai/v1`: OpenAI's API with the key in `api-key` or as a bearer token, and the deployment as `model`
 * (learn.microsoft.com/azure/ai-foundry/openai/latest). What it answers beside OpenAI's: the verdicts of its content
 * filter.
 */
export const azure: Dialect = {
  ...openai,
  name: 'azure',
  basePath: '/openai/v1',

  authorize({ headers }, apiKey) {
    if (headers['api-key'] === apiKey || headers.authorization === `Bearer ${apiKey}`) return;
    throw new ApiError(401, denied, { code: '401' });
  },

  route: (request) => routeBelow('/openai/v1', request),
  findModel: (name, models) => models[name] ?? deploymentNotFound(),

  errorBody({ status, message, type, param, code, more }) {
    // What the gateway in front of the model says has a code and a message alone.
    if (status === 401 || status === 404) return { error: { code: code ?? String(status), message } };
    return { error: { message, type, param, code, ...more } };
  },

  shape: (completion) => ({
    ...completion,
    choices: completion.choices.map((choice) => ({ ...choice, content_filter_results: harmless })),
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: harmless }],
  }),
};

/**
 * Azure's dated API: the deployment stands in the path, the key in `api-key`, and `api-version` in the query
 * (learn.microsoft.com/azure/ai-services/openai/reference). `response_format` of type `json_schema` is refused before
 * 2024-08-01-preview (github.com/Azure/azure-sdk-for-net issue 46579).
 */
export const azureDated: Dialect = {
  ...azure,
  name: 'azure-dated',
  basePath: '',

  authorize({ headers }, apiKey) {
    if (headers['api-key'] !== apiKey) throw new ApiError(401, denied, { code: '401' });
  },

  route(request) {
    const [, deployment] = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/u.exec(request.url.pathname) ?? [];
    const isDated = /^\d{4}-\d{2}-\d{2}(-preview)?$/u.test(request.url.searchParams.get('api-version') ?? '');
    if (deployment === undefined || !isDated) throw new ApiError(404, 'Resource not found', { code: '404' });
    return { ...routeBelow(`/openai/deployments/${deployment}`, request), model: decodeURIComponent(deployment) };
  },

  check(request, profile, url) {
    const version = url.searchParams.get('api-version') ?? '';
    if (request.response_format?.type === 'json_schema' && version < '2024-08-01') {
      const message =
        'response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later';
      throw new ApiError(400, message, { code: 'BadRequest' });
    }
    azure.check(request, profile, url);
  },
};

const harmless = { hate: { filtered: false, severity: 'safe' }, violence: { filtered: false, severity: 'safe' } };

function deploymentNotFound(): never {
  const message =
    'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.';
  throw new ApiError(404, message, { code: 'DeploymentNotFound' });
}

/** The content filter before the model (learn.microsoft.com/azure/ai-services/openai/concepts/content-filter). */
export const azureFilteredPrompt: Reply = {
  kind: 'http',
  status: 400,
  body: {
    error: {
      message:
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
      type: null,
      param: 'prompt',
      code: 'content_filter',
      status: 400,
      innererror: {
        code: 'ResponsibleAIPolicyViolation',
        content_filter_result: { jailbreak: { filtered: true, detected: true } },
      },
    },
  },
};

/** Its rate limit (github.com/openai/openai-node issue 1108, github.com/openai/openai-dotnet issue 838). */
export function azureRateLimited(headers: Readonly<Record<string, string>>): Reply {
  const message =
    'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier.';
  return { kind: 'http', status: 429, headers, body: { error: { code: '429', message } } };
}
