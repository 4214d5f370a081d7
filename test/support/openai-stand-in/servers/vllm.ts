import { ApiError } from '../api-error.ts';
import type { Dialect } from '../dialect.ts';
import { findImages } from '../request-rules.ts';
import { parseLenientChatRequest } from '../request-schema.ts';

/**
 * vLLM, from github.com/vllm-project/vllm: unknown fields are ignored (entrypoints/openai/engine/protocol.py,
 * `OpenAIBaseModel`), errors are `{error: {message, type, param, code: <status>}}` (`ErrorResponse`; flat as `{object:
 * "error", ...}` before 0.10), a wrong key is `{error: "Unauthorized"}` (entrypoints/openai/server_utils.py), an
 * unknown model and a question that is too long as in entrypoints/openai/engine/serving.py, `--max-logprobs` (20) as in
 * sampling parameters, an image for a model that reads none as in issue 23402. A schema masks the logits before
 * log-probabilities are taken; what is masked has -9999.
 */
export const vllm: Dialect = {
  name: 'vllm',
  basePath: '/v1',
  masksForbiddenTokens: true,

  authorize({ headers }, apiKey) {
    if (headers.authorization !== `Bearer ${apiKey}`) throw new ApiError(401, 'Unauthorized');
  },

  route({ method, url }) {
    if (method === 'GET' && url.pathname === '/v1/models') return { kind: 'models' };
    if (url.pathname !== '/v1/chat/completions') throw new ApiError(404, 'Not Found', { type: 'NotFoundError' });
    if (method !== 'POST') throw new ApiError(405, 'Method Not Allowed', { type: 'Method Not Allowed' });
    return { kind: 'chat' };
  },

  parse: parseLenientChatRequest,

  findModel(name, models) {
    const profile = models[name];
    if (profile) return profile;
    throw new ApiError(404, `The model \`${name}\` does not exist.`, { type: 'NotFoundError', param: 'model' });
  },

  check(request, profile) {
    const { maxTopLogprobs = 20, contextTokens = Number.POSITIVE_INFINITY } = profile;
    if (profile.noImages && findImages(request).length > 0) reject(`${request.model} is not a multimodal model`);
    if ((request.top_logprobs ?? 0) > 0 && request.logprobs !== true) {
      reject('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs');
    }
    const asked = request.logprobs ? (request.top_logprobs ?? 0) : 0;
    if (asked > maxTopLogprobs) {
      const what = `Requested sample logprobs of ${asked}, which is greater than max allowed: ${maxTopLogprobs}`;
      reject(`${what} (parameter=logprobs, value=${asked})`, 'logprobs');
    }
    const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? 0;
    const tokens = Math.ceil(JSON.stringify(request.messages).length / 4);
    if (tokens >= contextTokens) {
      const what = `This model's maximum context length is ${contextTokens} tokens. However, your request has ${tokens} input tokens.`;
      reject(`${what} Please reduce the length of the input messages. (parameter=input_tokens, value=${tokens})`);
    }
    if (tokens + maxTokens > contextTokens) {
      const what = `'max_tokens' or 'max_completion_tokens' is too large: ${maxTokens}. This model's maximum context length is ${contextTokens} tokens and your request has ${tokens} input tokens`;
      reject(
        `${what} (${maxTokens} > ${contextTokens} - ${tokens}). (parameter=max_tokens, value=${maxTokens})`,
        'max_tokens',
      );
    }
  },

  view: (request) => request,

  errorBody({ status, message, type, param }) {
    if (status === 401) return { error: message };
    return {
      error: { message, type: type === 'invalid_request_error' ? 'BadRequestError' : type, param, code: status },
    };
  },

  shape: (completion) => ({
    ...completion,
    choices: completion.choices.map(({ logprobs, ...choice }) => ({
      ...choice,
      logprobs: logprobs && { content: logprobs.content },
      stop_reason: null,
    })),
    prompt_logprobs: null,
  }),
};

function reject(message: string, param?: string): never {
  throw new ApiError(400, message, { type: 'BadRequestError', ...(param !== undefined && { param }) });
}
