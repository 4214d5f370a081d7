import type { Request } from 'express';
import { firstSegment } from '../shared/when.ts';
import { ClassifierError } from '../../domain/errors.ts';

/**
 * The first segments of every path of Extend's API, those that are not served here too: their clients read its errors.
 */
const resources = new Set([
  'batch_runs',
  'classifiers',
  'classify_runs',
  'edit',
  'edit_runs',
  'edit_schemas',
  'edit_templates',
  'evaluation_set_runs',
  'evaluation_sets',
  'extract',
  'extract_runs',
  'extractors',
  'detect_form',
  'files',
  'form_detection_runs',
  'parse',
  'parse_runs',
  'batch_processor_runs',
  'processor_runs',
  'processors',
  'split',
  'split_runs',
  'splitters',
  'webhook_endpoints',
  'webhook_subscriptions',
  'workflow_runs',
  'workflows',
]);

/**
 * Whether a request uses Extend's contract: by its header, by its path, or because it posts JSON to `/classify`, the
 * one path of both contracts.
 */
export function isExtendRequest(request: Request): boolean {
  return readsExtendErrors(request) || isJsonSubmission(request);
}

/**
 * Whether to answer errors in Extend's form. JSON at `/classify` without the header of its SDK may come from a client
 * of the other contract that should have sent a form: that one gets problem details.
 */
export function readsExtendErrors(request: Request): boolean {
  return request.get('x-extend-api-version') !== undefined || resources.has(firstSegment(request));
}

function isJsonSubmission(request: Request): boolean {
  return (
    request.method === 'POST' &&
    /^\/classify\/?$/.test(request.path) &&
    /^application\/json\b/i.test(request.get('content-type') ?? '')
  );
}

/** Fields of the other contract's form, which is sent to the same address. */
const formFields = ['pdf_file', 'file_url', 'url', 'categories', 'conditions'];

/** Tells a client of the other contract, which sent its fields as JSON, how they are sent. */
export function refuseFormAsJson(body: unknown): void {
  if (typeof body !== 'object' || body === null || 'file' in body) return;
  const seen = formFields.filter((field) => field in body);
  if (seen.length === 0) return;
  throw new ClassifierError(
    'invalid_request',
    `${seen.join(', ')} must be sent as a form (multipart/form-data), not as JSON; JSON here is for {"file", "config"} of Extend's contract.`,
    { errors: seen.map((field) => ({ pointer: `/${field}`, detail: 'must be sent as a field of a form' })) },
  );
}
