import { randomUUID } from 'node:crypto';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { ClassifyPageInput, ClassifyPageResult } from '../../activities/classify-page.ts';
import type {
  DeleteExpiredExecutionsInput,
  DeleteExpiredExecutionsResult,
} from '../../activities/delete-expired-executions.ts';
import type { DeleteExpiredObjectsInput, DeleteExpiredObjectsResult } from '../../activities/delete-expired-objects.ts';
import type {
  AttemptDeliveryInput,
  AttemptDeliveryResult,
  LogDeliveryInput,
} from '../../activities/deliver-webhook.ts';
import type { AwaitRunInput, AwaitRunResult } from '../../activities/await-run.ts';
import type { PrepareRunsInput, PrepareRunsResult } from '../../activities/prepare-runs.ts';
import type { RenderPagesInput, RenderPagesResult } from '../../activities/render-pages.ts';
import type { StoreBatchResultInput } from '../../activities/store-batch-result.ts';
import type { StoredEnd } from '../../activities/end-event.ts';
import type { StoreOperationResultInput } from '../../activities/store-operation-result.ts';
import type { StoreResultInput } from '../../activities/store-result.ts';
import type { ClassifyBatchInput } from '../../src/domain/batch.ts';
import { taskQueues, type ClassifyDocumentInput, type StoredDocument } from '../../src/domain/contract.ts';
import type { Retention } from '../../src/domain/retention.ts';
import { loadWorkflowBundle } from '../../src/startup/workflow-code.ts';
import {
  noProgress,
  type OperateOnJobsInput,
  type OperateOnPageInput,
  type OperateOnPageResult,
  type OperationOutcome,
} from '../../src/domain/job-operation.ts';
import type { classifyBatch, classifyDocument, rerunJobs } from '../../workflows/index.ts';
import type { TestNamespace } from './namespace.ts';

export const storedDocument: StoredDocument = {
  key: 'tenants/default/jobs/x/source',
  sha256: 'ab'.repeat(32),
  sizeBytes: 9,
  type: 'pdf',
};
export const stubCategories = [{ name: 'invoice' }, { name: 'letter' }];

/** The activities, as a test wants them to behave. */
export interface Stubs {
  readonly storeDocument: () => Promise<StoredDocument>;
  readonly renderPages: (input: RenderPagesInput) => Promise<RenderPagesResult>;
  readonly classifyPage: (input: ClassifyPageInput) => Promise<ClassifyPageResult>;
  readonly storeResult: (input: StoreResultInput) => Promise<StoredEnd>;
  readonly deliverWebhook: (input: AttemptDeliveryInput) => Promise<AttemptDeliveryResult>;
  readonly logDelivery: (input: LogDeliveryInput) => Promise<void>;
  readonly setLifecycleRules: (retention: Retention) => Promise<void>;
  readonly deleteExpiredExecutions: (input: DeleteExpiredExecutionsInput) => Promise<DeleteExpiredExecutionsResult>;
  readonly deleteExpiredObjects: (input: DeleteExpiredObjectsInput) => Promise<DeleteExpiredObjectsResult>;
  readonly prepareRuns: (input: PrepareRunsInput) => Promise<PrepareRunsResult>;
  readonly awaitRun: (input: AwaitRunInput) => Promise<AwaitRunResult>;
  readonly storeBatchResult: (input: StoreBatchResultInput) => Promise<StoredEnd>;
  readonly operateOnPage: (input: OperateOnPageInput) => Promise<OperateOnPageResult>;
  readonly storeOperationResult: (input: StoreOperationResultInput) => Promise<void>;
}

/** A document of so many pages, all rendered. */
export function rendered(
  pageCount: number,
  change: Partial<RenderPagesResult['pages'][number]> = {},
): RenderPagesResult {
  const pages = Array.from({ length: pageCount }, (_, index) => ({
    pageNumber: index + 1,
    imageKey: `i${index}`,
    textKey: `t${index}`,
    ...change,
  }));
  return { pageCount, pages, durationMs: 5 };
}

/** A page that was judged. */
export function answer({ page }: ClassifyPageInput, classification = 'invoice', confidence = 0.9): ClassifyPageResult {
  const { pageNumber } = page;
  return {
    classifier: { name: 'stub', model: 'stub-1' },
    page: { pageNumber, success: true, classification, confidence, rawResult: classification },
  };
}

export interface WorkflowRunner {
  /** What `storeResult` was given, by job id. */
  readonly outcomes: ReadonlyMap<string, StoreResultInput>;
  /** What `storeBatchResult` was given, by batch id. */
  readonly batchOutcomes: ReadonlyMap<string, StoreBatchResultInput>;
  /** What `storeOperationResult` was given, by the operation's id. */
  readonly operationOutcomes: ReadonlyMap<string, OperationOutcome>;
  /** Serves all queues with the real workflows and stub activities until `use` is done. */
  serve<T>(stubs: Partial<Stubs>, use: () => Promise<T>): Promise<T>;
  /** Serves a run of `classifyDocument`. */
  run<T>(
    stubs: Partial<Stubs>,
    use: (handle: WorkflowHandle<typeof classifyDocument>, jobId: string) => Promise<T>,
    input?: Partial<ClassifyDocumentInput>,
  ): Promise<T>;
  /** Starts a batch, which runs while the queues are served. */
  startBatch(
    input?: Partial<ClassifyBatchInput>,
    batchId?: string,
  ): Promise<WorkflowHandleWithFirstExecutionRunId<typeof classifyBatch>>;
  /** Starts a bulk rerun, which runs while the queues are served. */
  startRerun(input?: Partial<OperateOnJobsInput>): Promise<WorkflowHandleWithFirstExecutionRunId<typeof rerunJobs>>;
}

/** Prepares the real workflows for any number of runs in this namespace. */
export async function createWorkflowRunner({ connection, namespace, client }: TestNamespace): Promise<WorkflowRunner> {
  const workflowBundle = await loadWorkflowBundle();
  const outcomes = new Map<string, StoreResultInput>();
  const batchOutcomes = new Map<string, StoreBatchResultInput>();
  const operationOutcomes = new Map<string, OperationOutcome>();

  function createWorkers(stubs: Partial<Stubs>): Promise<Worker[]> {
    const activities: Stubs = {
      storeDocument: async () => storedDocument,
      renderPages: async () => rendered(2),
      classifyPage: async (page) => answer(page),
      deliverWebhook: async () => ({ outcome: 'delivered' }),
      logDelivery: async () => undefined,
      setLifecycleRules: async () => undefined,
      deleteExpiredExecutions: async () => ({ deleted: 0 }),
      deleteExpiredObjects: async () => ({ storedJobs: 0, abandonedUploads: 0 }),
      storeResult: async (given) => {
        outcomes.set(given.outcome.jobId, given);
        return {};
      },
      prepareRuns: async ({ first, end }) => ({ runs: Array.from({ length: end - first }, () => ({ source })) }),
      awaitRun: async () => ({ outcome: 'processed' }),
      storeBatchResult: async (given) => {
        batchOutcomes.set(given.batchId, given);
        return {};
      },
      operateOnPage: async () => ({ ...noProgress, counts: { done: 2, skipped: 0, failed: 0 } }),
      storeOperationResult: async (given) => void operationOutcomes.set(given.operationId, given.outcome),
      ...stubs,
    };
    const options = { connection, namespace, activities, maxHeartbeatThrottleInterval: 200 };
    return Promise.all([
      Worker.create({ ...options, taskQueue: taskQueues.workflow, workflowBundle }),
      Worker.create({ ...options, taskQueue: taskQueues.fetch }),
      Worker.create({ ...options, taskQueue: taskQueues.render }),
      Worker.create({ ...options, taskQueue: taskQueues.model }),
      Worker.create({ ...options, taskQueue: taskQueues.deliver }),
    ]);
  }

  async function serve<T>(stubs: Partial<Stubs>, use: () => Promise<T>): Promise<T> {
    const workers = await createWorkers(stubs);
    const running = workers.map(async (worker) => worker.run());
    try {
      return await use();
    } finally {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    }
  }

  return {
    outcomes,
    batchOutcomes,
    operationOutcomes,
    serve,
    run: (stubs, use, input = {}) =>
      serve(stubs, async () => {
        const jobId = randomUUID();
        const handle = await client.workflow.start<typeof classifyDocument>('classifyDocument', {
          workflowId: jobId,
          taskQueue: taskQueues.workflow,
          args: [{ source, categories: stubCategories, ...input }],
        });
        return await use(handle, jobId);
      }),
    startBatch: (input = {}, batchId = `bpr_${randomUUID()}`) =>
      client.workflow.start<typeof classifyBatch>('classifyBatch', {
        workflowId: batchId,
        taskQueue: taskQueues.workflow,
        args: [
          {
            tenant: 'default',
            runCount: 3,
            concurrency: 2,
            priorityKey: 4,
            template: { categories: stubCategories },
            ...input,
          },
        ],
      }),
    startRerun: (input = {}) =>
      client.workflow.start<typeof rerunJobs>('rerunJobs', {
        workflowId: `rerun_${randomUUID()}`,
        taskQueue: taskQueues.workflow,
        args: [{ tenant: 'default', kind: 'rerun', priorityKey: 5, ...input }],
      }),
  };
}

const source = { kind: 'stored', key: storedDocument.key, document: storedDocument } as const;
