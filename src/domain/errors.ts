/**
 * The closed list of errors, as one table. The code is the API's `code`, the `type` of Temporal's `ApplicationFailure`
 * and the metric label. Nothing outside this file adds one.
 */
interface ErrorFacts {
  /** HTTP status of a request that fails with this error. Reading a failed job still answers 200. */
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  /** What a job waits for after this error, until its patience ends: something that only the operator can mend. */
  readonly waitsFor?: WaitedFor;
  /** It lasts until somebody changes something: another attempt a second later is useless. */
  readonly needsOperator?: true;
}

/** What jobs wait for; a value of the search attribute `WaitingFor`. */
export type WaitedFor = 'model' | 'store' | 'worker';

export const errorFacts = {
  invalid_request: { status: 400, retryable: false, title: 'Invalid request' },
  invalid_categories: { status: 400, retryable: false, title: 'Invalid categories' },
  unauthorized: { status: 401, retryable: false, title: 'Unauthorized' },
  quota_exceeded: { status: 402, retryable: false, title: 'Quota exceeded' },
  not_found: { status: 404, retryable: false, title: 'Not found' },
  request_timeout: { status: 408, retryable: true, title: 'Request timeout' },
  headers_too_large: { status: 431, retryable: false, title: 'Headers too large' },
  method_not_allowed: { status: 405, retryable: false, title: 'Method not allowed' },
  payload_too_large: { status: 413, retryable: false, title: 'Payload too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'Unsupported media type' },
  idempotency_conflict: { status: 422, retryable: false, title: 'Idempotency key reused' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests' },
  source_unreachable: { status: 400, retryable: true, title: 'Source unreachable' },
  source_forbidden: { status: 400, retryable: false, title: 'Source forbidden' },
  document_encrypted: { status: 422, retryable: false, title: 'Document encrypted' },
  document_corrupt: { status: 422, retryable: false, title: 'Document corrupt' },
  document_empty: { status: 422, retryable: false, title: 'Document empty' },
  document_missing: { status: 422, retryable: false, title: 'Document missing' },
  page_render_failed: { status: 422, retryable: false, title: 'Page not rendered' },
  page_blank: { status: 422, retryable: false, title: 'Page blank' },
  too_many_pages: { status: 422, retryable: false, title: 'Too many pages' },
  model_rate_limited: { status: 503, retryable: true, title: 'Model rate limited', waitsFor: 'model' },
  model_unavailable: { status: 503, retryable: true, title: 'Model unavailable', waitsFor: 'model' },
  model_misconfigured: {
    status: 503,
    retryable: true,
    title: 'Model set up wrongly',
    waitsFor: 'model',
    needsOperator: true,
  },
  model_quota: { status: 503, retryable: true, title: 'Model account used up', waitsFor: 'model', needsOperator: true },
  model_error: { status: 503, retryable: true, title: 'Model failed' },
  model_timeout: { status: 503, retryable: true, title: 'Model timed out' },
  model_refused: { status: 422, retryable: false, title: 'Model refused' },
  model_output_invalid: { status: 422, retryable: true, title: 'Model answer invalid' },
  model_auth: {
    status: 503,
    retryable: true,
    title: 'Model rejected the credentials',
    waitsFor: 'model',
    needsOperator: true,
  },
  storage_unavailable: { status: 503, retryable: true, title: 'Storage unavailable', waitsFor: 'store' },
  worker_unfit: { status: 503, retryable: true, title: 'Worker unfit', waitsFor: 'worker', needsOperator: true },
  temporal_unavailable: { status: 503, retryable: true, title: 'Temporal unavailable' },
  cancelled: { status: 409, retryable: false, title: 'Cancelled' },
  patience_ended: { status: 504, retryable: false, title: 'Patience ended' },
  deadline_exceeded: { status: 504, retryable: false, title: 'Deadline exceeded' },
  internal: { status: 500, retryable: true, title: 'Internal error' },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof errorFacts;

/** One field of a request that is wrong. `pointer` is an RFC 6901 JSON pointer into the request. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** `detail` is the sentence for the caller and holds no secret; `cause` is for the operator's log. */
export class ClassifierError extends Error {
  override readonly name = 'ClassifierError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  /** Whether another attempt may succeed. The code's default, unless the thrower knows better. */
  readonly retryable: boolean;
  /** The delay that the other side asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** With `quota_exceeded`: what the tenant has used of what it may use. */
  readonly quota: QuotaUse | undefined;
  /** ISO 8601. Since when a fault of the operator's lasts; meanwhile no attempt is made. */
  readonly since: string | undefined;

  constructor(code: ErrorCode, detail: string, options: ClassifierErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.retryable = options.retryable ?? errorFacts[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.quota = options.quota;
    this.since = options.since;
  }
}

/** Another server's failure, reduced to codes and statuses that a log may hold. */
export class ExternalFailure extends Error {
  override readonly name = 'ExternalFailure';
}

export interface ClassifierErrorOptions {
  readonly cause?: unknown;
  readonly errors?: readonly FieldError[];
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly quota?: QuotaUse;
  readonly since?: string;
}

export interface QuotaUse {
  readonly current: number;
  readonly limit: number;
}

/** True for a code of the closed list. Failures written by another version may carry others. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorFacts, value);
}

/** Whether nothing was started for sure. After other errors it may have been, and what it needs must stay. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ClassifierError && errorFacts[error.code].status < 500;
}

/** The facts of a code, all of their members. */
export function factsOf(code: ErrorCode): ErrorFacts {
  return errorFacts[code];
}

/** Turns anything thrown into a ClassifierError; what is not one of ours becomes `internal` with a generic sentence. */
export function normalizeError(error: unknown): ClassifierError {
  if (error instanceof ClassifierError) return error;
  return new ClassifierError('internal', 'An unexpected internal error occurred.', { cause: error });
}
