import type { Request } from 'express';

/** The first segments of every path of Extend's API, those that are not served here too: their clients read its errors. */
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
 * Whether a request speaks Extend's contract: by its header, by its path, or because it posts JSON to `/classify`, the one address that both
 * contracts have (design 4). Decides which routes it meets and in which form it hears of an error.
 */
export function isExtendRequest(request: Request): boolean {
  if (request.get('x-extend-api-version') !== undefined) return true;
  const [, first = ''] = request.path.split('/', 2);
  if (resources.has(first)) return true;
  return (
    isClassifyPath(request.path) &&
    request.method === 'POST' &&
    /^application\/json\b/i.test(request.get('content-type') ?? '')
  );
}

function isClassifyPath(path: string): boolean {
  return /^\/classify\/?$/.test(path);
}
