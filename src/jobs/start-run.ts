import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import type { classifyDocument } from '../../workflows/index.ts';
import { taskQueues, workflowTypes, type ClassifyDocumentInput } from '../domain/contract.ts';
import { claimMemo } from '../domain/run-claim.ts';
import { requestMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { countOf } from '../domain/text.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import { eventsOf, toRunTemplate } from './run-template.ts';
import type { StartJobRequest } from './start-job-request.ts';

export interface StartRunDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  /** The patience of runs that name none. */
  readonly patienceSeconds: number;
}

export interface StartRunOptions {
  /**
   * The request that has the job id, where that stands for a key: each claim has one run, however often it is started.
   */
  readonly claim?: string | undefined;
  /** A closed run of the same id is one of a job that was deleted. */
  readonly afterClosed?: boolean;
}

const startDeadlineMs = 10_000;

/**
 * Starts the workflow of a job whose request is stored already, and claims no id; that is for `startJob` and its kin.
 * Resolves with the id of the job's run, also where that was started before under the same claim; with undefined where
 * the id has another run, which stays as it is. Throws `temporal_unavailable` and `storage_unavailable`.
 */
export async function startRun(
  { client, store, patienceSeconds }: StartRunDependencies,
  request: StartJobRequest,
  { claim, afterClosed = false }: StartRunOptions = {},
): Promise<string | undefined> {
  const { tenant, jobId, fileName, run, priority, requestId, rerunOf, operationId = run?.batchId } = request;
  const input = await toWorkflowInput({ patienceSeconds, ...request }, store);
  const options: WorkflowStartOptions<typeof classifyDocument> = {
    workflowId: jobId,
    taskQueue: taskQueues.workflow,
    args: [input],
    workflowIdReusePolicy: afterClosed ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    ...startedOnceBy(claim),
    memo: { ...requestMemo(requestId).memo, ...claimMemo(claim) },
    staticSummary:
      `${fileName ?? 'document'} into ${countOf(request.categories.length, 'category', 'categories')}`.slice(0, 200),
    // One tenant's flood waits in its own line (Temporal task queue fairness).
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
    const start = () => client.workflow.start(workflowTypes.classifyDocument, options);
    return (await callTemporal(client, startDeadlineMs, start)).firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/** How @temporalio/nexus tells the client which `request_id` a start has: it has no name in the options. */
const clientOptions = Symbol.for('__temporal_internal_client_workflow_start_options');

/**
 * Temporal answers a start whose `request_id` is that of the present run with that run, whatever the policies, and also
 * when it is closed.
 */
function startedOnceBy(claim: string | undefined): object {
  return claim === undefined ? {} : { [clientOptions]: { requestId: claim } };
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

/** Where a workflow finds its document: a URL stands in no history. */
export function toSource({
  tenant,
  jobId,
  source,
}: Pick<StartJobRequest, 'tenant' | 'jobId' | 'source'>): ClassifyDocumentInput['source'] {
  if ('url' in source) return { kind: 'url', urlKey: jobKeys(tenant, jobId).request };
  if ('key' in source) return { kind: 'stored', key: source.key };
  return { kind: 'stored', key: source.document.key, document: source.document };
}
