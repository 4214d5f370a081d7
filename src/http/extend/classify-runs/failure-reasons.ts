import { isErrorCode, type ErrorCode } from '../../../domain/errors.ts';

/** Extend's failure reasons; its documentation tells clients to expect others. */
export const failureReasons = [
  'ABORTED',
  'INTERNAL_ERROR',
  'FAILED_TO_PROCESS_FILE',
  'INVALID_PROCESSOR',
  'INVALID_CONFIGURATION',
  'PARSING_ERROR',
  'PRE_PROCESSING_FAILURE',
  'POST_PROCESSING_FAILURE',
  'OUT_OF_CREDITS',
] as const;

export type FailureReason = (typeof failureReasons)[number];

/**
 * A fault of the operator's, and the end of the patience with it, is an internal error: Extend's other reasons blame
 * the file, the configuration or the caller. The sentence says the rest.
 */
const reasonOfCode = {
  invalid_request: 'FAILED_TO_PROCESS_FILE',
  invalid_categories: 'INVALID_PROCESSOR',
  unauthorized: 'INTERNAL_ERROR',
  quota_exceeded: 'OUT_OF_CREDITS',
  not_found: 'INTERNAL_ERROR',
  method_not_allowed: 'INTERNAL_ERROR',
  request_timeout: 'INTERNAL_ERROR',
  headers_too_large: 'INTERNAL_ERROR',
  payload_too_large: 'FAILED_TO_PROCESS_FILE',
  unsupported_media_type: 'FAILED_TO_PROCESS_FILE',
  idempotency_conflict: 'INTERNAL_ERROR',
  rate_limited: 'INTERNAL_ERROR',
  source_unreachable: 'FAILED_TO_PROCESS_FILE',
  source_forbidden: 'FAILED_TO_PROCESS_FILE',
  document_encrypted: 'FAILED_TO_PROCESS_FILE',
  document_corrupt: 'FAILED_TO_PROCESS_FILE',
  document_empty: 'FAILED_TO_PROCESS_FILE',
  document_missing: 'FAILED_TO_PROCESS_FILE',
  page_render_failed: 'PRE_PROCESSING_FAILURE',
  page_blank: 'FAILED_TO_PROCESS_FILE',
  too_many_pages: 'INVALID_CONFIGURATION',
  model_rate_limited: 'INTERNAL_ERROR',
  model_unavailable: 'INTERNAL_ERROR',
  model_error: 'INTERNAL_ERROR',
  model_timeout: 'INTERNAL_ERROR',
  model_refused: 'PARSING_ERROR',
  model_output_invalid: 'PARSING_ERROR',
  model_auth: 'INTERNAL_ERROR',
  model_misconfigured: 'INTERNAL_ERROR',
  model_quota: 'INTERNAL_ERROR',
  worker_unfit: 'INTERNAL_ERROR',
  patience_ended: 'INTERNAL_ERROR',
  storage_unavailable: 'INTERNAL_ERROR',
  temporal_unavailable: 'INTERNAL_ERROR',
  cancelled: 'ABORTED',
  deadline_exceeded: 'INTERNAL_ERROR',
  internal: 'INTERNAL_ERROR',
} as const satisfies Record<ErrorCode, FailureReason>;

/** Extend's reason for a failure; an unknown code of another version is an internal error. */
export function failureReasonOf(code: string): FailureReason {
  return isErrorCode(code) ? reasonOfCode[code] : 'INTERNAL_ERROR';
}
