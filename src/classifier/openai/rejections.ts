import type { Capabilities } from './capabilities.ts';

/** A server's rejection of a request. */
export interface Rejection {
  readonly status: number;
  readonly code: string;
  readonly param: string;
  readonly message: string;
}

/** Refusals of what a page shows, by codes or in words: OpenAI, Azure, Anthropic, OpenRouter, Alibaba, DeepSeek. */
const contentCodes = /content_filter|content_policy|moderation_blocked|data_inspection_failed|ResponsibleAIPolicy/u;
const contentWords =
  /content (?:filter(?:ing)? policy|management policy|exists risk)|usage polic(?:y|ies)|safety system|input was flagged|inappropriate content/iu;

/** Whether a server refuses what a page shows, which is a final answer for that page. */
export function isAboutContent({ status, code, message }: Omit<Rejection, 'param'>): boolean {
  return contentCodes.test(code) || ([400, 403, 422].includes(status) && contentWords.test(message));
}

/** Codes of other rejections that are not about a parameter. */
const aboutOthers = /context_length|invalid_image|model_not_found|invalid_api_key/u;

/**
 * One step down, where the rejection names a parameter that was sent; undefined where it is about something else.
 * 403 is among the statuses because OpenAI's reasoning models answer it to `logprobs`.
 */
export function lowerCapabilities(capabilities: Capabilities, rejection: Rejection): Capabilities | undefined {
  if (isAboutContent(rejection) || aboutOthers.test(rejection.code) || isTooLong(rejection)) return undefined;
  const said = `${rejection.param} ${rejection.message}`.toLowerCase();
  if (capabilities.images && refusesImages(rejection.status, said)) return { ...capabilities, images: false };
  if (![400, 403, 422, 501].includes(rejection.status)) return undefined;
  const { topLogprobs, structuredOutput, tokenLimit } = capabilities;
  if (/logprob|log_prob|log prob/u.test(said) && topLogprobs !== undefined) {
    return { ...capabilities, topLogprobs: lowerTopLogprobs(topLogprobs, said) };
  }
  if (tokenLimit !== 'none' && /max_tokens|max_completion_tokens/u.test(said)) {
    return { ...capabilities, tokenLimit: otherTokenLimit(tokenLimit, said) };
  }
  if (capabilities.temperature && /temperature/u.test(said)) return { ...capabilities, temperature: false };
  if (capabilities.reasoningEffort && /reasoning|thinking/u.test(said)) {
    return { ...capabilities, reasoningEffort: false };
  }
  if (/response_format|json_schema|json_object|structured|guided|grammar|schema/u.test(said)) {
    const simpler = simplerFormat(structuredOutput);
    return simpler && { ...capabilities, structuredOutput: simpler };
  }
  return undefined;
}

/** The next way of asking for JSON; undefined below the last. */
export function simplerFormat(format: Capabilities['structuredOutput']): Capabilities['structuredOutput'] | undefined {
  if (format === 'json_schema') return 'json_object';
  return format === 'json_object' ? 'none' : undefined;
}

/** More text than the model's context holds. Only OpenAI and Azure have a code for it. */
export function isTooLong({ status, code, message }: Rejection): boolean {
  if (status === 413 || /context_length|string_above_max/u.test(code)) return true;
  return (
    [400, 422, 500].includes(status) &&
    /context (length|size|window)|exceed_context|prompt is (too long|longer)|input is too long|too many tokens/iu.test(
      message,
    )
  );
}

/**
 * In the words of OpenAI and Azure ("image_url is only supported by certain models"), vLLM ("is not a multimodal
 * model", "At most 0 image(s)"), llama.cpp ("image input is not supported", with status 500), Ollama (the same, or
 * "missing data required for image input"), and of gateways.
 */
const imageRefusals = [
  /not support[^.]{0,20}(image|vision|multimodal)/u,
  /not a multimodal model/u,
  /at most 0 image/u,
  /required for image input/u,
  /support image input/u,
  /unknown variant `?image_url/u,
];

function refusesImages(status: number, said: string): boolean {
  return (
    [400, 404, 415, 422, 500, 501].includes(status) &&
    (refusesNearby(said) || imageRefusals.some((refusal) => refusal.test(said)))
  );
}

/** "Image" and, in the same sentence and not far behind, that it is not supported. */
function refusesNearby(said: string): boolean {
  return Array.from(said.matchAll(/image(?:s|_url)?\b/gu)).some(({ 0: word, index }) =>
    /^[^.]{0,40}\b(?:not|only) (?:supported|allowed)/u.test(said.slice(index + word.length)),
  );
}

/** vLLM and others limit the number of alternatives and mostly say to which; "not supported" means none at all. */
function lowerTopLogprobs(current: number, said: string): number | undefined {
  if (/not support|unsupported|unrecognized|not allowed|not enabled|unknown|extra inputs/u.test(said)) return undefined;
  const allowed =
    /(?:max(?:imum)?(?: allowed)?|at most|up to|less than or equal to|more than|<=|and)\D{0,12}(\d+)/u.exec(said)?.[1];
  if (allowed !== undefined && Number(allowed) < current) return Number(allowed);
  if (!/top_logprobs|than|max/u.test(said)) return undefined;
  if (current > 5) return 5;
  return current > 0 ? 0 : undefined;
}

/** The other name, when the server has not asked for exactly what was tried before. */
function otherTokenLimit(current: 'max_completion_tokens' | 'max_tokens', said: string): Capabilities['tokenLimit'] {
  if (current === 'max_tokens') return said.includes('max_completion_tokens') ? 'max_completion_tokens' : 'none';
  return 'max_tokens';
}
