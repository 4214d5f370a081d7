import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import type { classifyDocument } from '../../workflows/index.ts';
import { taskQueues, workflowTypes, type ClassifyDocumentInput } from '../domain/contract.ts';
import { countOf } from '../domain/text.ts';
import { requestMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import { claimFreeJob } from './claim-free-job.ts';
import type { StartJobRequest } from './start-job-request.ts';
import { fingerprintOf, idempotencyConflict } from './idempotency.ts';
import { checkRequest, eventsOf, toRunTemplate } from './run-template.ts';
import { readJobRequest, writeJobRequest, type JobRequest } from '../records/jobs/job-request.ts';

/** `isRepeated`: an equal request with the same key created the job before; this request's document is not used. */
export interface StartedJob {
  readonly isRepeated: boolean;
  /** Whether this request started the run; a repeated one does if the first could not. */
  readonly isStarted: boolean;
}

export interface StartJobDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  /** The patience of runs whose request names none. */
  readonly patienceSeconds: number;
}

const startDeadlineMs = 10_000;

/**
 * Starts a job's workflow; the same id starts once. Throws `temporal_unavailable`, `storage_unavailable`, or
 * `idempotency_conflict` when the id stands for a key that came with another request before.
 */
export async function startJob(dependencies: StartJobDependencies, request: StartJobRequest): Promise<StartedJob> {
  const { store } = dependencies;
  const { tenant, jobId } = request;
  checkRequest(request, { ...(request.fileName !== undefined && { fileName: request.fileName }) });
  const own = toJobRequest(request);
  if (!request.isIdempotent) {
    if (own) await writeJobRequest(store, tenant, jobId, own);
    await startWorkflow(dependencies, request);
    return { isRepeated: false, isStarted: true };
  }
  return startClaimed(dependencies, request, { ...own, ...documentOf(request), fingerprint: fingerprintOf(request) });
}

/** Starts the workflow of a job whose request is in the store already, under an id of its own. */
export async function startStoredJob(dependencies: StartJobDependencies, request: StartJobRequest): Promise<void> {
  await startWorkflow(dependencies, request);
}

/**
 * Starts a job whose id stands for a key. If the job of the key is being deleted, waits until it is gone, and then
 * takes the key.
 */
async function startClaimed(
  dependencies: StartJobDependencies,
  request: StartJobRequest,
  own: JobRequest,
): Promise<StartedJob> {
  const { store } = dependencies;
  const { tenant, jobId } = request;
  let isStarted = false;
  for (let attempt = 1; ; attempt++) {
    const earlier = await claimFreeJob(dependencies, tenant, jobId, own);
    if (!earlier) {
      // An execution that still exists is a deleted job's, which Temporal has not forgotten yet.
      await startWorkflow(dependencies, request, attempt === 1 ? afterDeletedRun : inPlaceOfStrayRun);
      return { isRepeated: false, isStarted: true };
    }
    if (earlier.fingerprint !== own.fingerprint) throw idempotencyConflict();
    // The first request may have been killed before it started the run; a finished run must not run again.
    if (!(await store.head(jobKeys(tenant, jobId).result))) {
      const again = { ...request, source: sourceOf(earlier, request) };
      isStarted = (await startWorkflow(dependencies, again, unlessRunning)) || isStarted;
    }
    const present = await readJobRequest(store, tenant, jobId);
    if (present?.claim === earlier.claim && !present?.deletion) return { isRepeated: true, isStarted };
  }
}

type StartPolicies = Pick<WorkflowStartOptions, 'workflowIdReusePolicy' | 'workflowIdConflictPolicy'>;

const once: StartPolicies = { workflowIdReusePolicy: 'REJECT_DUPLICATE', workflowIdConflictPolicy: 'USE_EXISTING' };
/** Fails if the run exists. A client's own second attempt does not fail: Temporal recognises its request id. */
const unlessRunning: StartPolicies = { ...once, workflowIdConflictPolicy: 'FAIL' };
const afterDeletedRun: StartPolicies = { ...once, workflowIdReusePolicy: 'ALLOW_DUPLICATE' };
/** Replaces a run of a job that was deleted at that moment: its document is gone. */
const inPlaceOfStrayRun: StartPolicies = { ...afterDeletedRun, workflowIdConflictPolicy: 'TERMINATE_EXISTING' };

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

/** Resolves with false if the policies keep an existing run. */
async function startWorkflow(
  { client, store, patienceSeconds }: StartJobDependencies,
  request: StartJobRequest,
  policies: StartPolicies = once,
): Promise<boolean> {
  const { tenant, jobId, fileName, run, priority, requestId, rerunOf, operationId = run?.batchId } = request;
  const input = await toWorkflowInput({ patienceSeconds, ...request }, store);
  const options: WorkflowStartOptions<typeof classifyDocument> = {
    workflowId: jobId,
    taskQueue: taskQueues.workflow,
    args: [input],
    ...policies,
    ...requestMemo(requestId),
    staticSummary:
      `${fileName ?? 'document'} into ${countOf(request.categories.length, 'category', 'categories')}`.slice(0, 200),
    // One tenant's flood queues behind itself (Temporal task queue fairness).
    priority: { fairnessKey: tenant, ...(priority !== undefined && { priorityKey: priority }) },
    typedSearchAttributes: [
      { key: searchAttributeKeys.tenant, value: tenant },
      ...(fileName === undefined ? [] : [{ key: searchAttributeKeys.fileName, value: fileName }]),
      ...(run?.classifier ? [{ key: searchAttributeKeys.classifierId, value: run.classifier.id }] : []),
      ...(operationId === undefined ? [] : [{ key: searchAttributeKeys.batch, value: operationId }]),
      ...(rerunOf === undefined ? [] : [{ key: searchAttributeKeys.rerunOf, value: rerunOf }]),
    ],
  };
  try {
    await callTemporal(client, startDeadlineMs, () => client.workflow.start(workflowTypes.classifyDocument, options));
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

async function toWorkflowInput(request: StartJobRequest, store: ObjectStore): Promise<ClassifyDocumentInput> {
  const { tenant, jobId, fileName, webhookUrl, review, run, isSilent } = request;
  const { request: requestKey, descriptions } = jobKeys(tenant, jobId);
  const keys = { descriptionsKey: descriptions, instructionsKey: requestKey };
  return {
    ...(await toRunTemplate(request, keys, store)),
    source: toSource(request),
    ...(fileName !== undefined && { fileName }),
    ...(run && { fileId: run.file.id }),
    ...(webhookUrl !== undefined && { webhook: { requestKey } }),
    ...(review && { review }),
    ...(run && !isSilent && eventsOf(run)),
  };
}

/** The document source of a workflow: no history holds a URL. */
export function toSource({
  tenant,
  jobId,
  source,
}: Pick<StartJobRequest, 'tenant' | 'jobId' | 'source'>): ClassifyDocumentInput['source'] {
  if ('url' in source) return { kind: 'url', urlKey: jobKeys(tenant, jobId).request };
  if ('key' in source) return { kind: 'stored', key: source.key };
  return { kind: 'stored', key: source.document.key, document: source.document };
}
