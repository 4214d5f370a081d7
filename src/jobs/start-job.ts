import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import type { classifyDocument } from '../../workflows/index.ts';
import type { Category } from '../domain/category.ts';
import { taskQueues, workflowTypes, type ClassifyDocumentInput, type StoredDocument } from '../domain/contract.ts';
import type { PageSelection } from '../domain/page-selection.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { jobKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';

export interface StartJobRequest {
  readonly tenant: string;
  /** Also the workflow id. */
  readonly jobId: string;
  readonly source: { readonly document: StoredDocument } | { readonly url: string };
  readonly fileName?: string;
  readonly categories: readonly Category[];
  readonly instructions?: string;
  readonly selection: PageSelection;
}

const startDeadlineMs = 10_000;

/** Descriptions that are longer in all go by object key: every page's activity would repeat them in the history. */
const maxInlineDescriptions = 16_384;

/**
 * Starts the workflow of a job. Doing it twice with the same id is one start. Throws `temporal_unavailable` or
 * `storage_unavailable`.
 */
export async function startJob(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  request: StartJobRequest,
): Promise<void> {
  const { tenant, jobId, fileName } = request;
  const input = await toWorkflowInput(request, store);
  const options: WorkflowStartOptions<typeof classifyDocument> = {
    workflowId: jobId,
    taskQueue: taskQueues.workflow,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    staticSummary: `${fileName ?? 'document'} into ${request.categories.length} categories`.slice(0, 200),
    // One tenant's flood waits in its own line (Temporal task queue fairness).
    priority: { fairnessKey: tenant },
    typedSearchAttributes: [
      { key: searchAttributeKeys.tenant, value: tenant },
      ...(fileName === undefined ? [] : [{ key: searchAttributeKeys.fileName, value: fileName }]),
    ],
  };
  try {
    await callTemporal(client, startDeadlineMs, () => client.workflow.start(workflowTypes.classifyDocument, options));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    throw error;
  }
}

async function toWorkflowInput(request: StartJobRequest, store: ObjectStore): Promise<ClassifyDocumentInput> {
  const { tenant, source, fileName, instructions, selection } = request;
  return {
    schemaVersion: 1,
    tenant,
    source: await toSource(request, source, store),
    ...(await toCategories(request, store)),
    pages: { ranges: selection.ranges, maxPages: selection.maxPages },
    ...(fileName !== undefined && { fileName }),
    ...(instructions !== undefined && { instructions }),
  };
}

async function toSource(
  { tenant, jobId }: StartJobRequest,
  source: StartJobRequest['source'],
  store: ObjectStore,
): Promise<ClassifyDocumentInput['source']> {
  if ('document' in source) return { kind: 'stored', key: source.document.key, document: source.document };
  const urlKey = jobKeys(tenant, jobId).request;
  await putJson(store, urlKey, { url: source.url });
  return { kind: 'url', urlKey };
}

async function toCategories(
  { tenant, jobId, categories }: StartJobRequest,
  store: ObjectStore,
): Promise<Pick<ClassifyDocumentInput, 'categories' | 'descriptionsKey'>> {
  const length = categories.reduce((sum, { description }) => sum + (description?.length ?? 0), 0);
  if (length <= maxInlineDescriptions) return { categories };
  const descriptionsKey = jobKeys(tenant, jobId).descriptions;
  await putJson(
    store,
    descriptionsKey,
    categories.map(({ description }) => description ?? null),
  );
  return { categories: categories.map(({ name }) => ({ name })), descriptionsKey };
}

async function putJson(store: ObjectStore, key: string, value: unknown): Promise<void> {
  await store.put(key, Buffer.from(JSON.stringify(value)), { contentType: 'application/json' });
}
