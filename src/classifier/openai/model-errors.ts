import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ClassifierError, ExternalFailure, type ErrorCode } from '../../domain/errors.ts';
import { readWait } from './rate-limit-wait.ts';
import { isTooLong, type Rejection } from './rejections.ts';

interface ModelCall {
  readonly model: string;
  readonly baseUrl: string;
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

/** OpenAI answers so where a model has thought until its tokens were used up: an answer that is cut off before it begins. */
export function isCutOffError(error: unknown): boolean {
  return error instanceof APIError && error.status === 400 && /could not finish the message/iu.test(error.message);
}

export function modelRefused(cause?: unknown): ClassifierError {
  return new ClassifierError('model_refused', 'The model refused to classify this page.', { cause });
}

export function imageNotTaken(model: string): ClassifierError {
  const detail = `The model "${model}" does not take the image of this page, and the page has no text layer. Check that OPENAI_MODEL names a model that reads images.`;
  return new ClassifierError('model_unavailable', detail, { retryable: false });
}

function fromStatus(error: APIError, call: ModelCall, cause: Error): ClassifierError {
  const status = error.status ?? 0;
  const code = error.code ?? '';
  const retryAfterMs = readWait(error.headers, Date.now());
  const temporary = (errorCode: ErrorCode, detail: string): ClassifierError =>
    new ClassifierError(errorCode, detail, { cause, retryAfterMs });

  if (/content_filter|content_policy/u.test(code)) return modelRefused(cause);
  if (isTooLong({ status, code, param: error.param ?? '', message: error.message })) return tooLong(cause);
  if (status === 429 || status === 402) return temporary('model_rate_limited', rateLimitSentence(status, code));
  if (status === 404 || code === 'model_not_found') return notServed(call, code, cause);
  if (status === 401 || status === 403) {
    const detail = `The model server rejected the credentials (HTTP ${status}). Check OPENAI_API_KEY.`;
    return new ClassifierError('model_auth', detail, { cause });
  }
  if (status === 408) return temporary('model_timeout', 'The model server gave up waiting (HTTP 408).');
  // Not an outage: this page may be what it fails at, so it is not tried for as long as one.
  if (status === 500) return temporary('model_error', 'The model server failed at this page (HTTP 500).');
  if (status === 503 && /loading/iu.test(error.message)) {
    return temporary('model_unavailable', 'The model server is still loading the model. Please try again.');
  }
  if (status > 500 || status === 409) {
    return temporary('model_unavailable', `The model server has an error (HTTP ${status}). Please try again.`);
  }
  const named = shortCode(code) === 'none' ? '' : `, ${shortCode(code)}`;
  const detail = `The model server rejected the request (HTTP ${status}${named}). Its own log says why; OPENAI_MODEL must name a model for chat completions.`;
  return new ClassifierError('internal', detail, { cause, retryable: false });
}

function tooLong(cause: Error): ClassifierError {
  const detail =
    'The page with its categories and instructions is longer than the context of the model. Give the model a longer context, or send fewer or shorter descriptions.';
  return new ClassifierError('payload_too_large', detail, { cause });
}

function notServed({ model, baseUrl }: ModelCall, code: string, cause: Error): ClassifierError {
  const azure = code === 'DeploymentNotFound' ? ' On Azure OPENAI_MODEL is the name of a deployment.' : '';
  const path = new URL(baseUrl).pathname === '/' ? ' It mostly ends in /v1.' : '';
  const detail = `The model server does not serve the model "${model}" at this address. Check OPENAI_MODEL and OPENAI_BASE_URL.${azure}${path}`;
  return new ClassifierError('model_unavailable', detail, { cause, retryable: false });
}

function rateLimitSentence(status: number, code: string): string {
  return status === 402 || code === 'insufficient_quota'
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
