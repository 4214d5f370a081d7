import { ApiError } from './api-error.ts';
import type { ChatRequest } from './request-schema.ts';
import { checkStrictJsonSchema } from './strict-json-schema.ts';

/** What a model behind the stand-in can't do, as real ones can't. */
export interface ModelProfile {
  /** `o` and later `gpt-5` models: no log-probabilities (403), no `max_tokens`, only the default temperature. */
  readonly isReasoning?: boolean;
  /**
   * A reasoning model that is like any other where `reasoning_effort` is `none`, as from gpt-5.1 on
   * (github.com/vercel/ai issue 10932).
   */
  readonly canStopReasoning?: boolean;
  /** Rejects `response_format` of type `json_schema` (`gpt-3.5-turbo`, older copies). */
  readonly noJsonSchema?: boolean;
  /** Rejects any `response_format`. */
  readonly noResponseFormat?: boolean;
  /** Answers without the field `logprobs` although it was asked for. */
  readonly ignoresLogprobs?: boolean;
  /** Most alternatives per token that it gives; more is rejected, as by vLLM's `--max-logprobs`. */
  readonly maxTopLogprobs?: number;
  /** Reads no images; how a server says so is its own matter. */
  readonly noImages?: boolean;
  /** Takes images without a word and sees nothing, as text models behind older servers and gateways do. */
  readonly isBlind?: boolean;
  /** Answers in prose whatever `response_format` asks for. */
  readonly ignoresFormat?: boolean;
  /** Thinks before it answers, in tokens that stand among the log-probabilities. */
  readonly isThinking?: boolean;
  /** Most tokens of a question. */
  readonly contextTokens?: number;
}

/** Rejects what OpenAI rejects beyond the shape: combinations, schemas, and what a model lacks. */
export function checkRequest(request: ChatRequest, profile: ModelProfile): void {
  checkCombinations(request);
  checkProfile(request, profile);
  const format = request.response_format;
  if (format?.type === 'json_schema' && format.json_schema.strict) {
    checkStrictJsonSchema(format.json_schema.name, format.json_schema.schema);
  }
  if (format?.type === 'json_object' && !/json/i.test(JSON.stringify(request.messages))) {
    const message = `'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.`;
    throw new ApiError(400, message, { param: 'messages' });
  }
}

function checkCombinations(request: ChatRequest): void {
  if (isSet(request.top_logprobs) && request.logprobs !== true) {
    const message = `The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.`;
    throw new ApiError(400, message, { param: 'top_logprobs', code: 'invalid_value' });
  }
  if (isSet(request.max_tokens) && isSet(request.max_completion_tokens)) {
    const message = `Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.`;
    throw new ApiError(400, message, { code: 'invalid_parameter_combination' });
  }
}

function checkProfile(request: ChatRequest, profile: ModelProfile): void {
  const format = request.response_format?.type;
  if (profile.isReasoning && !(profile.canStopReasoning && request.reasoning_effort === 'none'))
    checkReasoning(request);
  if (isSet(request.reasoning_effort) && !profile.isReasoning) {
    throw new ApiError(400, 'Unrecognized request argument supplied: reasoning_effort');
  }
  if (format !== undefined && (profile.noResponseFormat || (profile.noJsonSchema && format === 'json_schema'))) {
    const message = `Invalid parameter: 'response_format' of type '${format}' is not supported with this model.`;
    throw new ApiError(400, message, { param: 'response_format' });
  }
  const { maxTopLogprobs } = profile;
  if (maxTopLogprobs !== undefined && (request.top_logprobs ?? 0) > maxTopLogprobs) {
    const message = `Requested sample logprobs of ${request.top_logprobs ?? 0}, which is greater than max allowed: ${maxTopLogprobs}`;
    throw new ApiError(400, message);
  }
}

function checkReasoning(request: ChatRequest): void {
  if (isSet(request.max_tokens)) {
    const message = `Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.`;
    throw new ApiError(400, message, { param: 'max_tokens', code: 'unsupported_parameter' });
  }
  if (isSet(request.temperature) && request.temperature !== 1) {
    const message = `Unsupported value: 'temperature' does not support ${request.temperature} with this model. Only the default (1) value is supported.`;
    throw new ApiError(400, message, { param: 'temperature', code: 'unsupported_value' });
  }
  if (request.logprobs) throw new ApiError(403, 'You are not allowed to request logprobs from this model');
}

/** The URLs of all images in a request. */
export function findImages(request: ChatRequest): string[] {
  return request.messages.flatMap(({ content }) =>
    Array.isArray(content) ? content.flatMap((part) => (part.type === 'image_url' ? [part.image_url.url] : [])) : [],
  );
}

export function checkImages(request: ChatRequest, profile: ModelProfile): void {
  for (const [messageIndex, { content }] of request.messages.entries()) {
    if (!Array.isArray(content)) continue;
    for (const [partIndex, part] of content.entries()) {
      if (part.type !== 'image_url') continue;
      const problem = findImageProblem(part.image_url.url);
      const param = `messages[${messageIndex}].content[${partIndex}].image_url`;
      if (profile.noImages) {
        const message = 'Invalid content type. image_url is only supported by certain models.';
        throw new ApiError(400, message, { param: `messages.[${messageIndex}].content.[${partIndex}].type` });
      }
      if (problem) throw new ApiError(400, problem, { param, code: 'invalid_image_url' });
    }
  }
}

const signatures: Readonly<Record<string, readonly string[]>> = {
  jpeg: ['ffd8ff'],
  jpg: ['ffd8ff'],
  png: ['89504e470d0a1a0a'],
  gif: ['474946383761', '474946383961'],
  webp: ['52494646'],
};

/** The type of an image in a data URL, or undefined where its bytes are of another kind. */
function findImageProblem(url: string): string | undefined {
  if (/^https?:\/\//.test(url)) return undefined;
  const match = /^data:image\/([a-z]+);base64,([A-Za-z0-9+/]+={0,2})$/.exec(url);
  if (!match) return `Invalid 'image_url': expected an http(s) URL or a base64 data URL of an image.`;
  const [, type = '', data = ''] = match;
  const known = signatures[type];
  const unsupported = `You uploaded an unsupported image. Please make sure your image has one of the following formats: ['png', 'jpeg', 'gif', 'webp'].`;
  if (!known || data.length % 4 !== 0) return unsupported;
  const head = Buffer.from(data.slice(0, 32), 'base64').toString('hex');
  return known.some((signature) => head.startsWith(signature)) ? undefined : unsupported;
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
