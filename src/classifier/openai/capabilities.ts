/** What an endpoint and its model are known to accept. Begins with everything and is only ever lowered. */
export interface Capabilities {
  readonly structuredOutput: 'json_schema' | 'json_object' | 'none';
  /** How many alternatives per token to ask for; undefined means no log-probabilities at all. */
  readonly topLogprobs: number | undefined;
  readonly tokenLimit: 'max_completion_tokens' | 'max_tokens' | 'none';
  readonly temperature: boolean;
}

/**
 * OpenAI and Azure replaced `max_tokens`; the servers that copy their protocol know it and silently ignore
 * `max_completion_tokens` (Ollama, LM Studio), which no error would tell.
 */
export function initialCapabilities(baseUrl: string): Capabilities {
  const isOpenAi = /(^|\.)(openai\.com|azure\.com|azure\.us|azure\.cn)$/u.test(new URL(baseUrl).hostname);
  return {
    structuredOutput: 'json_schema',
    topLogprobs: 20,
    tokenLimit: isOpenAi ? 'max_completion_tokens' : 'max_tokens',
    temperature: true,
  };
}

/** What a server said when it rejected a request. */
export interface Rejection {
  readonly status: number;
  readonly code: string;
  readonly param: string;
  readonly message: string;
}

/**
 * One step down, where the rejection names a parameter that was sent; undefined where it is about something else.
 * 403 is among the statuses because OpenAI's reasoning models answer it to `logprobs`.
 */
export function lowerCapabilities(capabilities: Capabilities, rejection: Rejection): Capabilities | undefined {
  if (![400, 403, 422, 501].includes(rejection.status) || aboutContent.test(rejection.code)) return undefined;
  const said = `${rejection.param} ${rejection.message}`.toLowerCase();
  const { topLogprobs, structuredOutput, tokenLimit } = capabilities;
  if (/logprob|log_prob|log prob/u.test(said) && topLogprobs !== undefined) {
    return { ...capabilities, topLogprobs: lowerTopLogprobs(topLogprobs, said) };
  }
  if (tokenLimit !== 'none' && /max_tokens|max_completion_tokens/u.test(said) && !/context|prompt/u.test(said)) {
    return { ...capabilities, tokenLimit: otherTokenLimit(tokenLimit, said) };
  }
  if (capabilities.temperature && /temperature/u.test(said)) return { ...capabilities, temperature: false };
  if (/response_format|json_schema|json_object|structured|guided|grammar|schema/u.test(said)) {
    if (structuredOutput === 'json_schema') return { ...capabilities, structuredOutput: 'json_object' };
    if (structuredOutput === 'json_object') return { ...capabilities, structuredOutput: 'none' };
  }
  return undefined;
}

/** Codes of rejections that are about what was sent and not about a parameter. */
const aboutContent = /content_filter|content_policy|context_length|invalid_image|model_not_found|invalid_api_key/u;

/** vLLM and others limit the number of alternatives, some to 5; "not supported" means none at all. */
function lowerTopLogprobs(current: number, said: string): number | undefined {
  const isAboutNumber = /top_logprobs|more than|greater than|less than|maximum|max allowed|at most/u.test(said);
  const isUnsupported = /not support|unsupported|unrecognized|not allowed|unknown|extra inputs/u.test(said);
  return isAboutNumber && !isUnsupported && current > 5 ? 5 : undefined;
}

/** The other name, when the server has not asked for exactly what was tried before. */
function otherTokenLimit(current: 'max_completion_tokens' | 'max_tokens', said: string): Capabilities['tokenLimit'] {
  if (current === 'max_tokens') return said.includes('max_completion_tokens') ? 'max_completion_tokens' : 'none';
  return 'max_tokens';
}
