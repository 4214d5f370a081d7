import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ClassifierError, ExternalFailure } from '../../domain/errors.ts';
import { parseRetryAfter, parseRetryAfterMs } from '../../net/retry-after.ts';
import type { Rejection } from './capabilities.ts';

interface ModelCall {
  readonly model: string;
  readonly timeoutMs: number;
  /** The call's own clock has run out. */
  readonly isTimedOut: boolean;
}

/**
 * What a failed call means. The original error is never the cause: a server's message may repeat the prompt or the
 * key, so only what cannot hold either is kept for the log.
 */
export function toModelError(error: unknown, call: ModelCall): ClassifierError {
  const cause = summarize(error);
  if (call.isTimedOut || error instanceof APIConnectionTimeoutError) {
    const seconds = Math.round(call.timeoutMs / 100) / 10;
    return new ClassifierError('model_timeout', `The model did not answer within ${seconds} s.`, { cause });
  }
  if (error instanceof APIError && error.status !== undefined) return fromStatus(error, call, cause);
  if (error instanceof SyntaxError) {
    return new ClassifierError('model_output_invalid', "The model server's answer is not valid JSON.", { cause });
  }
  return new ClassifierError('model_unavailable', 'The model server cannot be reached. Please try again.', { cause });
}

/** What the server objects to, for finding out which parameter it does not know. */
export function readRejection(error: unknown): Rejection | undefined {
  if (!(error instanceof APIError) || error.status === undefined) return undefined;
  return { status: error.status, code: error.code ?? '', param: error.param ?? '', message: error.message };
}

function fromStatus(error: APIError, call: ModelCall, cause: Error): ClassifierError {
  const status = error.status ?? 0;
  const { headers } = error;
  const retryAfterMs =
    parseRetryAfterMs(headers?.get('retry-after-ms')) ?? parseRetryAfter(headers?.get('retry-after'), Date.now());
  const code = error.code ?? '';
  if (status === 429) {
    return new ClassifierError('model_rate_limited', rateLimitSentence(code), { cause, retryAfterMs });
  }
  if (status === 404 || code === 'model_not_found') {
    const detail = `The model server does not serve the model "${call.model}" at this address. Check OPENAI_MODEL and OPENAI_BASE_URL.`;
    return new ClassifierError('model_unavailable', detail, { cause, retryable: false });
  }
  if (status === 401 || status === 403) {
    const detail = 'The model server rejected the credentials. Check OPENAI_API_KEY.';
    return new ClassifierError('model_auth', detail, { cause });
  }
  if (status === 408) return new ClassifierError('model_timeout', 'The model server gave up waiting.', { cause });
  if (status === 500) {
    // Not an outage: this page may be what it fails at, so it is not tried for as long as one.
    return new ClassifierError('model_error', 'The model server failed at this page (HTTP 500).', { cause });
  }
  if (status > 500 || status === 409) {
    const detail = `The model server has an error (HTTP ${status}). Please try again.`;
    return new ClassifierError('model_unavailable', detail, { cause, retryAfterMs });
  }
  if (/content_filter|content_policy/u.test(code)) return modelRefused(cause);
  if (status === 413 || /context_length|string_above_max/u.test(code)) {
    const detail = 'The page with its categories and instructions is too long for the model.';
    return new ClassifierError('payload_too_large', detail, { cause });
  }
  const detail = `The model server rejected the request (HTTP ${status}). Check that OPENAI_MODEL names a model that reads images.`;
  return new ClassifierError('internal', detail, { cause, retryable: false });
}

export function modelRefused(cause?: unknown): ClassifierError {
  return new ClassifierError('model_refused', 'The model refused to classify this page.', { cause });
}

function rateLimitSentence(code: string): string {
  return code === 'insufficient_quota'
    ? 'The quota of the model account is used up.'
    : 'The model server limits the rate of requests. Please try again.';
}

/** Class, status, request id and the short codes; never a message or a body. */
function summarize(error: unknown): Error {
  if (error instanceof APIConnectionError)
    return new ExternalFailure(`${error.constructor.name}: ${systemCodeOf(error)}`);
  if (error instanceof APIError) {
    const parts = [
      `status ${error.status ?? 'none'}`,
      `code ${shortCode(error.code)}`,
      `type ${shortCode(error.type)}`,
      `param ${shortCode(error.param)}`,
      `request ${shortCode(error.requestID)}`,
    ];
    return new ExternalFailure(`model server error: ${parts.join(', ')}`);
  }
  return new ExternalFailure(`${error instanceof Error ? error.name : typeof error}: ${systemCodeOf(error)}`);
}

/** `ECONNREFUSED`, `UND_ERR_SOCKET` and the like, from wherever in the chain of causes it stands. */
export function systemCodeOf(error: unknown): string {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if ('code' in current && typeof current.code === 'string') return shortCode(current.code);
  }
  return 'no code';
}

function shortCode(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/-]{1,60}$/u.test(value) && !value.startsWith('sk-') ? value : 'none';
}
