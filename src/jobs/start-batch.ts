import type { Client } from '@temporalio/client';
import type { classifyBatch } from '../../workflows/index.ts';
import type { ClassifyConfig } from '../records/classifiers/classify-config.ts';
import { announceHolder, holdFile } from '../records/files/file-holders.ts';
import { newId } from '../records/ids.ts';
import type { RunFileInput } from '../records/files/run-files.ts';
import { questionOf, type PageLimits, type RunQuestion } from '../records/classifiers/run-question.ts';
import { jobIdOfBatch, type ClassifyBatchInput } from '../domain/batch.ts';
import { taskQueues, workflowTypes } from '../domain/contract.ts';
import { ClassifierError } from '../domain/errors.ts';
import { countOf } from '../domain/text.ts';
import { mapBounded } from '../domain/map-bounded.ts';
import { requestMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import type { FilePasswords } from '../records/files/file-passwords.ts';
import { batchKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import {
  writeBatchRequest,
  writeInputs,
  type BatchInput,
  type BatchRequest,
} from '../records/batches/batch-request.ts';
import { priorityKeyOf } from './create-run.ts';
import { fileIdOfRun } from './prepare-batch-runs.ts';
import { startCounted } from './counted-start.ts';
import type { Quotas } from './quota.ts';
import { checkRequest, eventsOf, toRunTemplate } from './run-template.ts';

export interface StartBatchRequest {
  readonly tenant: string;
  /** Absent: a new one. */
  readonly batchId?: string;
  /** The whole configuration, with the override merged in. */
  readonly config: ClassifyConfig;
  readonly classifier: NonNullable<BatchRequest['run']['classifier']>;
  readonly source: 'BATCH_PROCESSOR_RUN' | 'EVALUATION';
  readonly inputs: readonly BatchFile[];
  /** 0 (first) to 100. */
  readonly priority?: number | undefined;
  readonly patienceSeconds?: number | undefined;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
}

/** One document of a batch. */
export interface BatchFile {
  readonly file: RunFileInput;
  /** Returned unchanged. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

export interface StartBatchDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly passwords: FilePasswords;
  readonly quotas: Quotas;
  readonly pageLimits: PageLimits;
  /** The patience of runs whose batch names none. */
  readonly patienceSeconds: number;
  /** How many runs of one batch are under way at a time. */
  readonly concurrency: number;
}

export interface StartedBatch extends BatchRequest {
  readonly batchId: string;
}

const startDeadlineMs = 10_000;
const writesAtOnce = 8;

/** Behind runs that somebody waits for, which have Temporal's middle priority. */
const defaultPriorityKey = 4;

/**
 * Starts a batch: stores all inputs first, then starts the workflow; from there the batch cannot be lost. Throws
 * `quota_exceeded` if not all of its documents fit into the rest of the month.
 */
export async function startBatch(
  dependencies: StartBatchDependencies,
  request: StartBatchRequest,
): Promise<StartedBatch> {
  const { store, quotas } = dependencies;
  const { tenant, config, classifier, source, inputs } = request;
  const now = new Date();
  const { batchId = newId('batchRun', now) } = request;
  const question = questionOf(config, dependencies.pageLimits);
  checkRequest({ tenant, ...question });
  const batch = {
    createdAt: now.toISOString(),
    runCount: inputs.length,
    run: { config, classifier, source },
    ...(question.instructions !== undefined && { instructions: question.instructions }),
  };
  await startCounted(await quotas.take(tenant, batchId, inputs.length), async () => {
    await writeInputs(store, tenant, batchId, await withoutPasswords(dependencies, request, { ...batch, batchId }));
    await holdFiles(store, tenant, batchId, inputs);
    await writeBatchRequest(store, tenant, batchId, batch);
    await startWorkflow(dependencies, request, { batchId, question });
    return true;
  });
  return { ...batch, batchId };
}

/** Holds the runs' files, whatever becomes of the runs that they came with. A missing file fails its own run only. */
async function holdFiles(
  store: ObjectStore,
  tenant: string,
  batchId: string,
  inputs: readonly BatchFile[],
): Promise<void> {
  await mapBounded([...inputs.entries()], writesAtOnce, async ([index, { file }]) => {
    if (file.kind !== 'id') return;
    try {
      await holdFile(store, tenant, file.id, { kind: 'job', jobId: jobIdOfBatch(batchId, index) });
    } catch (error) {
      if (!(error instanceof ClassifierError) || error.code !== 'not_found') throw error;
    }
  });
}

/** Moves passwords out of the inputs: they are sealed beside the files that they open. */
function withoutPasswords(
  { store, passwords }: StartBatchDependencies,
  { tenant, inputs }: StartBatchRequest,
  batch: StartedBatch,
): Promise<BatchInput[]> {
  return mapBounded([...inputs.entries()], writesAtOnce, async ([index, { file, metadata }]) => {
    const input = { ...(metadata && { metadata }) };
    if (!('password' in file)) return { ...input, file };
    const { password, ...rest } = file;
    if (password === undefined) return { ...input, file: rest };
    const jobId = jobIdOfBatch(batch.batchId, index);
    const fileId = fileIdOfRun(jobId, batch);
    await announceHolder(store, tenant, fileId, { kind: 'job', jobId });
    await passwords.keep(tenant, fileId, password);
    return { ...input, file: rest };
  });
}

async function startWorkflow(
  { client, store, concurrency, patienceSeconds: usual }: StartBatchDependencies,
  { tenant, patienceSeconds = usual, classifier, source, inputs, priority, requestId }: StartBatchRequest,
  { batchId, question }: { readonly batchId: string; readonly question: RunQuestion },
): Promise<void> {
  const { request: instructionsKey, descriptions: descriptionsKey } = batchKeys(tenant, batchId);
  const template = await toRunTemplate(
    { tenant, ...question, patienceSeconds },
    { descriptionsKey, instructionsKey },
    store,
  );
  const input: ClassifyBatchInput = {
    schemaVersion: 1,
    tenant,
    runCount: inputs.length,
    concurrency,
    priorityKey: priority === undefined ? defaultPriorityKey : priorityKeyOf(priority),
    template: { ...template, ...eventsOf({ source, classifier }) },
    classifierId: classifier.id,
  };
  await callTemporal(client, startDeadlineMs, () =>
    client.workflow.start<typeof classifyBatch>(workflowTypes.classifyBatch, {
      workflowId: batchId,
      taskQueue: taskQueues.workflow,
      args: [input],
      // The client's own second attempt finds the first.
      workflowIdConflictPolicy: 'USE_EXISTING',
      ...requestMemo(requestId),
      staticSummary: `${countOf(inputs.length, 'document')} into ${countOf(template.categories.length, 'category', 'categories')}`,
      // The batch itself does little; its runs have its priority.
      priority: { fairnessKey: tenant },
      typedSearchAttributes: [
        { key: searchAttributeKeys.tenant, value: tenant },
        { key: searchAttributeKeys.batch, value: batchId },
        { key: searchAttributeKeys.classifierId, value: classifier.id },
      ],
    }),
  );
}
