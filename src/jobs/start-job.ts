import { writeJobRequest, type JobRequest } from '../records/jobs/job-request.ts';
import { claimFreeJob } from './claim-free-job.ts';
import { fingerprintOf, idempotencyConflict } from './idempotency.ts';
import { checkRequest } from './run-template.ts';
import { startClaimed } from './start-claimed.ts';
import type { StartJobRequest } from './start-job-request.ts';
import { startRun, type StartRunDependencies } from './start-run.ts';

/** `isRepeated`: an equal request with the same key created the job before; this request's document is not used. */
export interface StartedJob {
  readonly isRepeated: boolean;
  /** Whether this request started the run; a repeated one does if the first could not. */
  readonly isStarted: boolean;
}

/**
 * Starts a job once, however often it is asked for: stores its request, claims its id if that stands for a key, and
 * leaves the workflow to `startRun`. Throws `temporal_unavailable`, `storage_unavailable`, or `idempotency_conflict`
 * when the id stands for a key that came with another request before.
 */
export async function startJob(dependencies: StartRunDependencies, request: StartJobRequest): Promise<StartedJob> {
  const { store } = dependencies;
  const { tenant, jobId } = request;
  checkRequest(request, { ...(request.fileName !== undefined && { fileName: request.fileName }) });
  const own = toJobRequest(request);
  if (!request.isIdempotent) {
    if (own) await writeJobRequest(store, tenant, jobId, own);
    await startRun(dependencies, request);
    return { isRepeated: false, isStarted: true };
  }
  return startKeyed(dependencies, request, { ...own, ...documentOf(request), fingerprint: fingerprintOf(request) });
}

/**
 * Starts a job whose id stands for a key. If the job of the key is being deleted, waits until it is gone, and then
 * takes the key.
 */
async function startKeyed(
  dependencies: StartRunDependencies,
  request: StartJobRequest,
  own: JobRequest,
): Promise<StartedJob> {
  const { tenant, jobId } = request;
  let isStarted = false;
  for (;;) {
    const claimed = await claimFreeJob(dependencies, tenant, jobId, own);
    const { request: stored, isNew } = claimed;
    if (stored.fingerprint !== own.fingerprint) throw idempotencyConflict();
    // Whoever came first may have been killed before it started the run.
    const toRequest = async () => (isNew ? request : { ...request, source: sourceOf(stored, request) });
    const started = await startClaimed(dependencies, { tenant, jobId, toRequest }, claimed);
    if (isNew) return { isRepeated: false, isStarted: true };
    isStarted ||= started.isStarted;
    if (started.isCurrent) return { isRepeated: true, isStarted };
  }
}

/**
 * The part of a request to store before its job starts; undefined when there is none. The document may not be known
 * yet.
 */
export function toJobRequest({
  source,
  instructions,
  webhookUrl,
  metadata,
  run,
  rerunOf,
}: Omit<StartJobRequest, 'source'> & { readonly source?: StartJobRequest['source'] | undefined }):
  | JobRequest
  | undefined {
  const request = {
    ...(source && 'url' in source && { url: source.url }),
    ...(instructions !== undefined && { instructions }),
    ...(webhookUrl !== undefined && { webhookUrl }),
    ...(metadata && { metadata }),
    ...(run && { run }),
    ...(rerunOf !== undefined && { rerunOf }),
  };
  return Object.keys(request).length > 0 ? request : undefined;
}

function documentOf({ source }: StartJobRequest): Pick<JobRequest, 'document'> {
  return 'document' in source ? { document: source.document } : {};
}

function sourceOf({ document, url }: JobRequest, request: StartJobRequest): StartJobRequest['source'] {
  if (document) return { document };
  return url === undefined ? request.source : { url };
}
