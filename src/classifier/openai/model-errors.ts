import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ClassifierError, ExternalFailure, type ErrorCode } from '../../domain/errors.ts';
import { toOperatorFault } from './operator-faults.ts';
import { readDayLimit, readWait, readWaitInWords } from './rate-limit-wait.ts';
import { isAboutContent, isTooLong, type Rejection } from './rejections.ts';

interface ModelCall {
  readonly model: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  /** The call's own clock has run out. */
  readonly isTimedOut: boolean;
}

/**
 * Maps a failed call. Never keeps the original error as the cause: a server's message may repeat the prompt or the key.
 * Keeps only what cannot hold either, for the log.
 */
export function toModelError(error: unknown, call: ModelCall): ClassifierError {
  const cause = summarize(error);
  if (call.isTimedOut || error instanceof APIConnectionTimeoutError) {
    const seconds = Math.round(call.timeoutMs / 100) / 10;
    return new ClassifierError('model_timeout', `The model did not answer within ${seconds} s.`, { cause });
  }
  if (error instanceof APIError && error.status !== undefined) return fromStatus(error, call, cause);
  if (error instanceof SyntaxError) {
    const detail = "The model server's answer is not valid JSON. Check OPENAI_BASE_URL.";
    return new ClassifierError('model_misconfigured', detail, { cause });
  }
  return hasNoWords(error) ? refusedByProxy(cause) : notReached(systemCodeOf(error), cause);
}

/**
 * Fetch makes of an answer with status 407 a failure without a word (https://fetch.spec.whatwg.org/#http-network-or-
 * cache-fetch).
 */
function hasNoWords(error: unknown): boolean {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost instanceof Error && innermost !== error && innermost.message === '' && !('code' in innermost);
}

function refusedByProxy(cause: Error): ClassifierError {
  const detail =
    'The model server cannot be reached: what is before it seems to be a proxy that asks for credentials (HTTP 407). Check OPENAI_BASE_URL.';
  return new ClassifierError('model_unavailable', detail, { cause });
}

/** An address that does not exist and a certificate that is not trusted stay so until somebody changes a setting. */
function notReached(systemCode: string, cause: Error): ClassifierError {
  if (systemCode === 'ENOTFOUND') {
    const detail = 'The host of the model server is not known (ENOTFOUND). Check OPENAI_BASE_URL.';
    return new ClassifierError('model_misconfigured', detail, { cause });
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_SSL|ERR_TLS|EPROTO/u.test(systemCode)) {
    const detail = `The connection to the model server is not secure (${systemCode}). Check that OPENAI_BASE_URL begins with what it serves, http or https, and give a certificate of your own by NODE_EXTRA_CA_CERTS.`;
    return new ClassifierError('model_misconfigured', detail, { cause });
  }
  const detail = `The model server cannot be reached (${systemCode}). Check that it runs, and OPENAI_BASE_URL.`;
  return new ClassifierError('model_unavailable', detail, { cause });
}

/**
 * Maps the failure of a page at an endpoint that has answered others since: a filter on the way refuses this page, not
 * the key, so the page is not asked for as long as an operator may take.
 */
export function toPageError(error: unknown): unknown {
  if (!(error instanceof ClassifierError) || error.code !== 'model_auth') return error;
  const detail =
    'The model server, or a filter before it, refuses this page, although it accepts other requests with the same key.';
  return new ClassifierError('model_error', detail, { cause: error.cause });
}

/**
 * Maps a failed probe: its question is no document's, so a server that fails it would fail every page. Keeps rate
 * limits and errors that are already specific.
 */
export function toProbeError(error: ClassifierError): ClassifierError {
  const { code, detail, cause } = error;
  if (code === 'model_error') {
    const everything = `${detail.replace('failed at this page', 'fails at every question')} Its own log says why; check OPENAI_BASE_URL.`;
    return new ClassifierError('model_unavailable', everything, { cause });
  }
  if (code === 'model_timeout') return new ClassifierError('model_unavailable', detail, { cause });
  if (code === 'internal') {
    const advice = `${detail} Its own log says why; OPENAI_MODEL must name a model for chat completions.`;
    return new ClassifierError('model_misconfigured', advice, { cause });
  }
  if (code === 'model_refused' || code === 'model_output_invalid') {
    return new ClassifierError('model_misconfigured', detail, { cause });
  }
  return code === 'payload_too_large' ? contextTooSmall(cause) : error;
}

/** A context in which not even a question of ordinary length has room. */
export function contextTooSmall(cause: unknown): ClassifierError {
  const detail =
    'The context of the model is too short for a page: its image and text need some 8,000 tokens. Give the model server a longer one.';
  return new ClassifierError('model_misconfigured', detail, { cause });
}

/** What the server objects to, to find the parameter that it does not know. */
export function readRejection(error: unknown): Rejection | undefined {
  if (!(error instanceof APIError) || error.status === undefined) return undefined;
  return { status: error.status, code: error.code ?? '', param: error.param ?? '', message: error.message };
}

/**
 * OpenAI answers so where a model has thought until its tokens were used up: an answer that is cut off before it
 * begins.
 */
export function isCutOffError(error: unknown): boolean {
  return error instanceof APIError && error.status === 400 && /could not finish the message/iu.test(error.message);
}

export function modelRefused(cause?: unknown): ClassifierError {
  return new ClassifierError('model_refused', 'The model refused to classify this page.', { cause });
}

export function imageNotTaken(model: string): ClassifierError {
  const detail = `The model "${model}" does not take the image of this page, and the page has no text layer. Check that OPENAI_MODEL names a model that reads images.`;
  return new ClassifierError('model_misconfigured', detail);
}

function fromStatus(error: APIError, call: ModelCall, cause: Error): ClassifierError {
  const status = error.status ?? 0;
  const code = error.code ?? '';
  const retryAfterMs = readWait(error.headers, Date.now());
  const temporary = (errorCode: ErrorCode, detail: string): ClassifierError =>
    new ClassifierError(errorCode, detail, { cause, retryAfterMs });

  if (isAboutContent({ status, code, message: error.message })) return modelRefused(cause);
  if (code === 'json_validate_failed') return temporary('model_output_invalid', 'The model wrote no valid JSON.');
  if (isTooLong({ status, code, param: error.param ?? '', message: error.message })) return tooLong(cause);
  const refusal = {
    status,
    codes: `${code} ${error.type ?? ''}`,
    message: error.message,
    location: error.headers?.get('location') ?? null,
  };
  const fault = toOperatorFault(refusal, call, cause);
  if (fault) return fault;
  if (status === 429) return rateLimited(retryAfterMs ?? readWaitInWords(error.message), error.message, cause);
  if (status === 401 || status === 403 || (status === 400 && /\bapi[ _-]?key\b/iu.test(error.message))) {
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
  const detail = `The model server rejected the request (HTTP ${status}${named}).`;
  return new ClassifierError('internal', detail, { cause, retryable: false });
}

/** The time is one to which clocks and answers a moment apart come as one. */
function rateLimited(statedMs: number | undefined, message: string, cause: Error): ClassifierError {
  const stepMs = (statedMs ?? 0) > 3_600_000 ? 900_000 : 60_000;
  const dueAt = new Date(Math.ceil((Date.now() + (statedMs ?? 0)) / stepMs) * stepMs).toISOString();
  const when = statedMs ? `; it says to come back at ${dueAt.slice(0, 16).replace('T', ' ')} UTC` : '';
  const detail = `The model provider's limit of requests is reached${when}. Raise the limit there, or wait.`;
  return new ClassifierError('model_rate_limited', detail, { cause, retryAfterMs: statedMs ?? readDayLimit(message) });
}

function tooLong(cause: Error): ClassifierError {
  const detail =
    'The page with its categories and instructions is longer than the context of the model. Give the model a longer context, or send fewer or shorter descriptions.';
  return new ClassifierError('payload_too_large', detail, { cause });
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
