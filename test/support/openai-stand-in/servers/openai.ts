import { ApiError } from '../api-error.ts';
import type { Dialect, HttpRequest } from '../dialect.ts';
import { checkImages, checkRequest } from '../request-rules.ts';
import { parseChatRequest } from '../request-schema.ts';

/**
 * OpenAI. Requests: `CreateChatCompletionRequest` of github.com/openai/openai-openapi (openapi.yaml, f85dbe2). Errors:
 * its guides "Error codes" and "Structured Outputs"; "image_url is only supported by certain models" as quoted in
 * github.com/vllm-project/vllm issue 11629; the 403 of reasoning models as its community quotes it.
 */
export const openai: Dialect = {
  name: 'openai',
  basePath: '/v1',
  masksForbiddenTokens: false,

  authorize({ headers }, apiKey) {
    if (!headers.authorization) throw new ApiError(401, `You didn't provide an API key.`);
    if (headers.authorization === `Bearer ${apiKey}`) return;
    throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
  },

  route: (request) => routeBelow('/v1', request),
  parse: parseChatRequest,

  findModel(name, models) {
    const profile = models[name];
    if (profile) return profile;
    const message = `The model \`${name}\` does not exist or you do not have access to it.`;
    throw new ApiError(404, message, { code: 'model_not_found' });
  },

  check(request, profile) {
    checkRequest(request, profile);
    checkImages(request, profile);
    const { contextTokens = Number.POSITIVE_INFINITY } = profile;
    const tokens = Math.ceil(JSON.stringify(request.messages).length / 4);
    if (tokens <= contextTokens) return;
    const message = `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`;
    throw new ApiError(400, message, { param: 'messages', code: 'context_length_exceeded' });
  },

  view: (request) => request,
  errorBody: ({ message, type, param, code, more }) => ({ error: { message, type, param, code, ...more } }),
  shape: (completion) => ({ ...completion, service_tier: 'default' }),
};

/** `POST <base>/chat/completions` and `GET <base>/models`, and what OpenAI says to everything else. */
export function routeBelow(
  basePath: string,
  { method, url, headers }: HttpRequest,
): { readonly kind: 'chat' | 'models' } {
  if (method === 'GET' && url.pathname === `${basePath}/models`) return { kind: 'models' };
  if (url.pathname !== `${basePath}/chat/completions`) {
    throw new ApiError(404, `Invalid URL (${method} ${url.pathname})`);
  }
  if (method !== 'POST') {
    throw new ApiError(405, `Not allowed to ${method} on ${url.pathname}.`, { code: 'method_not_supported' });
  }
  if (!headers['content-type']?.startsWith('application/json')) {
    throw new ApiError(415, `Unsupported content type: use 'application/json'.`);
  }
  return { kind: 'chat' };
}
