import { ApiError } from '../api-error.ts';
import type { Dialect } from '../dialect.ts';
import type { Reply } from '../replies.ts';
import { findImages, type ModelProfile } from '../request-rules.ts';
import { parseLenientChatRequest, type ChatRequest } from '../request-schema.ts';

/**
 * Ollama, from github.com/ollama/ollama (fb3076099): any key will do; errors are `{error: {message, type, param: null,
 * code: null}}` (openai/openai.go, `NewError`); `max_completion_tokens` is unknown and ignored, each part of a message
 * becomes one of its own, image URLs are refused (`FromChatRequest`); log-probabilities since 0.12.11, at most 20, and
 * of what a model thought, too (server/routes.go, `ChatHandler`); messages that do not fit the context are dropped from
 * the front without a word, all but the system's and the last (server/prompt.go, `chatPrompt`); an image for a model
 * that reads none fails in the runner, llama.cpp's server.
 */
export const ollama: Dialect = {
  name: 'ollama',
  basePath: '/v1',
  masksForbiddenTokens: false,

  authorize: () => undefined,

  route({ method, url }) {
    if (method === 'GET' && url.pathname === '/v1/models') return { kind: 'models' };
    if (method === 'POST' && url.pathname === '/v1/chat/completions') return { kind: 'chat' };
    throw new ApiError(404, notFound);
  },

  parse(body) {
    const { max_completion_tokens: _, ...request } = parseLenientChatRequest(body);
    return request;
  },

  findModel(name, models) {
    const profile = models[name];
    if (profile) return profile;
    throw new ApiError(404, `model '${name}' not found`, { type: 'not_found_error' });
  },

  check(request, profile) {
    for (const url of findImages(request)) {
      if (/^https?:/u.test(url)) {
        throw new ApiError(400, 'image URLs are not currently supported, please use base64 encoded data instead');
      }
      if (!/^data:(image\/(jpe?g|png|webp))?;base64,/u.test(url)) throw new ApiError(400, 'invalid image input');
    }
    if ((request.top_logprobs ?? 0) > 20) throw new ApiError(400, 'top_logprobs must be between 0 and 20');
    if (profile.noImages && findImages(request).length > 0) {
      const message = 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj';
      throw new ApiError(500, JSON.stringify({ error: { code: 500, message, type: 'server_error' } }));
    }
  },

  view: (request, profile) => ({ ...request, messages: truncate(splitParts(request.messages), profile) }),

  errorBody({ status, message, type }) {
    if (message === notFound) return notFound;
    return { error: { message, type: status >= 500 ? 'api_error' : type, param: null, code: null } };
  },

  shape: (completion) => ({
    ...completion,
    choices: completion.choices.map(({ message, logprobs, ...choice }) => ({
      ...choice,
      message: {
        role: message.role,
        content: message.content,
        ...(message.reasoning !== undefined && { reasoning: message.reasoning }),
      },
      ...(logprobs && { logprobs: { content: logprobs.content } }),
    })),
    system_fingerprint: 'fp_ollama',
  }),
};

const notFound = '404 page not found';

type Messages = ChatRequest['messages'];

function splitParts(messages: Messages): Messages {
  return messages.flatMap((message) => {
    if (message.role !== 'user' || !Array.isArray(message.content)) return [message];
    return message.content.map((part) => ({ ...message, content: [part] }));
  });
}

/** An image counts 768 tokens there. */
function truncate(messages: Messages, { contextTokens = Number.POSITIVE_INFINITY }: ModelProfile): Messages {
  for (let first = 0; first < messages.length; first++) {
    const system = messages.slice(0, first).filter(({ role }) => role === 'system');
    const rest = [...system, ...messages.slice(first)];
    const tokens = rest.reduce((sum, message) => sum + tokensOf(message), 0);
    if (tokens <= contextTokens || first === messages.length - 1) return rest;
  }
  return messages;
}

function tokensOf({ content }: Messages[number]): number {
  if (!Array.isArray(content)) return Math.ceil((content ?? '').length / 4);
  return content.reduce((sum, part) => sum + (part.type === 'text' ? Math.ceil(part.text.length / 4) : 768), 0);
}

/** More requests at once than `OLLAMA_MAX_QUEUE` (server/sched.go, `ErrMaxQueue`). */
export const ollamaBusy: Reply = {
  kind: 'http',
  status: 503,
  body: {
    error: {
      message: 'server busy, please try again.  maximum pending requests exceeded',
      type: 'api_error',
      param: null,
      code: null,
    },
  },
};
