import { describe, expect, test } from 'vitest';
import { initialCapabilities } from '../../../src/classifier/openai/capabilities.ts';
import { readWait } from '../../../src/classifier/openai/rate-limit-wait.ts';
import { lowerCapabilities } from '../../../src/classifier/openai/rejections.ts';
import { parseRetryAfter } from '../../../src/net/retry-after.ts';

describe('lowerCapabilities', () => {
  const all = initialCapabilities({ baseUrl: 'http://127.0.0.1:8000/v1', reasoningEffort: 'low' });

  test.each([
    ['You are not allowed to request logprobs from this model', 403, { topLogprobs: undefined }],
    ["This model does not support the 'logprobs' parameter.", 400, { topLogprobs: undefined }],
    ['Unrecognized request argument supplied: top_logprobs', 400, { topLogprobs: undefined }],
    ['Logprobs is not enabled for models/gemini-2.5-pro', 400, { topLogprobs: undefined }],
    ['Cannot request more than 5 logprobs.', 400, { topLogprobs: 5 }],
    [
      'Requested sample logprobs of 20, which is greater than max allowed: 7 (parameter=logprobs, value=20)',
      400,
      { topLogprobs: 7 },
    ],
    ['Requested sample logprobs of 20, which is greater than max allowed: 0', 400, { topLogprobs: 0 }],
    ['top_logprobs must be between 0 and 8', 400, { topLogprobs: 8 }],
    ['top_logprobs is too large', 400, { topLogprobs: 5 }],
    ['Invalid content type. image_url is only supported by certain models.', 400, { images: false }],
    ['my-model is not a multimodal model', 400, { images: false }],
    ['At most 0 image(s) may be provided in one request.', 400, { images: false }],
    [
      'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
      500,
      { images: false },
    ],
    ['this model is missing data required for image input', 500, { images: false }],
    ['No endpoints found that support image input', 404, { images: false }],
    ['messages[1]: unknown variant `image_url`, expected `text`', 422, { images: false }],
    [
      "'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
      400,
      { tokenLimit: 'max_completion_tokens' },
    ],
    ["'temperature' does not support 0 with this model.", 400, { temperature: false }],
    ['Unrecognized request argument supplied: reasoning_effort', 400, { reasoningEffort: false }],
    [
      "Invalid parameter: 'response_format' of type 'json_schema' is not supported",
      400,
      { structuredOutput: 'json_object' },
    ],
  ])('goes one step down on "%s"', (message, status, lowered) => {
    expect(lowerCapabilities(all, { status, code: '', param: '', message })).toStrictEqual({ ...all, ...lowered });
  });

  test.each([
    ['This model has a maximum context length of 8192 tokens, reduce max_tokens', 400, ''],
    ["'max_tokens' is too large: 1000. This model's maximum context length is 2048 tokens", 400, ''],
    ['request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it', 400, ''],
    ['You uploaded an unsupported image. Please make sure your image is valid.', 400, 'invalid_image_url'],
    ['CUDA error: an illegal memory access was encountered', 500, ''],
    ['Incorrect API key provided', 401, 'invalid_api_key'],
    ['The response was filtered: schema', 400, 'content_filter'],
    ['Rate limit for logprobs', 429, ''],
  ])('gives up nothing on "%s"', (message, status, code) => {
    expect(lowerCapabilities(all, { status, code, param: '', message })).toBeUndefined();
  });

  test('speaks of max_completion_tokens to OpenAI and Azure only', () => {
    expect(initialCapabilities({ baseUrl: 'https://api.openai.com/v1' }).tokenLimit).toBe('max_completion_tokens');
    expect(initialCapabilities({ baseUrl: 'https://x.openai.azure.com/openai/v1' }).tokenLimit).toBe(
      'max_completion_tokens',
    );
    expect(initialCapabilities({ baseUrl: 'https://notopenai.com/v1' }).tokenLimit).toBe('max_tokens');
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');

  test.each([
    ['120', 120_000],
    ['1.5', 1500],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['Fri, 02 Jan 2099 03:00:00 GMT', 86_400_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads "%s"', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe('readWait', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');

  test.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after-ms': '1250', 'retry-after': '2' }, 1250],
    [{ 'retry-after': '7', 'x-ratelimit-reset-tokens': '6m0s' }, 7000],
    [{ 'retry-after': 'Fri, 02 Jan 2026 03:04:35 GMT' }, 30_000],
    [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    [
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-remaining-tokens': '900',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      120,
    ],
    [{ 'x-ratelimit-reset-tokens': '1h2m3.5s' }, 3_723_500],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '45' }, 45_000],
    [{ 'x-ratelimit-remaining-tokens': '-1', 'x-ratelimit-reset-tokens': '0' }, undefined],
    [{ 'x-ratelimit-reset-requests': '100000h' }, 86_400_000],
    [{ 'x-ratelimit-reset-requests': 'soon' }, undefined],
    [{}, undefined],
  ])('reads %j', (headers, expected) => {
    expect(readWait(new Headers(headers), now)).toBe(expected);
  });
});
