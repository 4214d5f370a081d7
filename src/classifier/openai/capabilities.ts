/** The features that an endpoint and its model accept. Starts with all and only loses some. */
export interface Capabilities {
  readonly structuredOutput: 'json_schema' | 'json_object' | 'none';
  /**
   * How many alternatives per token to ask for, 0 for the token's own probability; undefined: no log-probabilities at
   * all.
   */
  readonly topLogprobs: number | undefined;
  readonly tokenLimit: 'max_completion_tokens' | 'max_tokens' | 'none';
  readonly temperature: boolean;
  /** Whether the operator's `reasoning_effort` may be sent; false, too, where there is none. */
  readonly reasoningEffort: boolean;
  /** Whether a page's image may be sent. */
  readonly images: boolean;
}

interface EndpointSettings {
  readonly baseUrl: string;
  readonly reasoningEffort?: string | undefined;
}

/**
 * OpenAI and Azure replaced `max_tokens`; the servers that copy their protocol know it and silently ignore
 * `max_completion_tokens` (Ollama, LM Studio), which no error would tell.
 */
export function initialCapabilities({ baseUrl, reasoningEffort }: EndpointSettings): Capabilities {
  return {
    structuredOutput: 'json_schema',
    topLogprobs: 20,
    tokenLimit: isOpenAiOrAzure(baseUrl) ? 'max_completion_tokens' : 'max_tokens',
    temperature: true,
    reasoningEffort: reasoningEffort !== undefined,
    images: true,
  };
}

function isOpenAiOrAzure(baseUrl: string): boolean {
  return /(^|\.)(openai\.com|azure\.com|azure\.us|azure\.cn)$/u.test(new URL(baseUrl).hostname);
}
