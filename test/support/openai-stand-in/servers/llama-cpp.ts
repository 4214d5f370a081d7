import { ApiError } from '../api-error.ts';
import type { Dialect } from '../dialect.ts';
import type { Reply } from '../replies.ts';
import { findImages } from '../request-rules.ts';
import { parseLenientChatRequest } from '../request-schema.ts';

/**
 * llama.cpp's server, from github.com/ggml-org/llama.cpp (tools/server): errors are `{error: {code: <status>, message,
 * type}}` (server-common.cpp, `format_error_response`), any model name means the one that is loaded, an image without a
 * projector is a server error (`oaicompat_chat_params_parse`), other fields are copied unread, `logprobs` without
 * `top_logprobs` means 20. Log-probabilities are those of the model before grammar and sampling, so that forbidden
 * tokens stand among the alternatives.
 */
export const llamaCpp: Dialect = {
  name: 'llama.cpp',
  basePath: '/v1',
  masksForbiddenTokens: false,

  authorize({ headers }, apiKey) {
    if (headers.authorization === `Bearer ${apiKey}`) return;
    throw new ApiError(401, 'Invalid API Key', { type: 'authentication_error' });
  },

  route({ method, url }) {
    if (method === 'GET' && url.pathname === '/v1/models') return { kind: 'models' };
    if (method === 'POST' && url.pathname === '/v1/chat/completions') return { kind: 'chat' };
    throw new ApiError(404, 'File Not Found', { type: 'not_found_error' });
  },

  parse: parseLenientChatRequest,
  findModel: (name, models) => models[name] ?? Object.values(models)[0] ?? {},

  check(request, profile) {
    if (profile.noImages && findImages(request).length > 0) {
      const hint = 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj';
      throw new ApiError(500, hint);
    }
    if (request.top_logprobs !== undefined && request.top_logprobs !== null && request.logprobs !== true) {
      throw new ApiError(400, 'top_logprobs requires logprobs to be set to true');
    }
    const { contextTokens = Number.POSITIVE_INFINITY } = profile;
    const tokens = Math.ceil(JSON.stringify(request.messages).length / 4);
    if (tokens < contextTokens) return;
    const message = `request (${tokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`;
    const more = { n_prompt_tokens: tokens, n_ctx: contextTokens };
    throw new ApiError(400, message, { type: 'exceed_context_size_error', more });
  },

  view: (request) => request,
  errorBody: ({ status, message, type, more }) => ({ error: { code: status, message, type, ...more } }),

  shape: (completion) => ({
    ...completion,
    choices: completion.choices.map(({ message, logprobs, ...choice }) => ({
      ...choice,
      message: {
        role: message.role,
        content: message.content,
        ...(message.reasoning !== undefined && { reasoning_content: message.reasoning }),
      },
      ...(logprobs && { logprobs: { content: logprobs.content.map((token, id) => ({ id, ...token })) } }),
    })),
    system_fingerprint: 'b0-stand-in',
    timings: { prompt_n: 1, predicted_n: 1 },
  }),
};

/** Until the model is loaded (tools/server/server-http.cpp, `middleware_server_state`). */
export const llamaCppLoading: Reply = {
  kind: 'http',
  status: 503,
  body: { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } },
};
