import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PrepareRunsInput } from '../../activities/prepare-runs.ts';
import { jobIdOfBatch } from '../../src/domain/batch.ts';
import { taskQueues } from '../../src/domain/contract.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import type { classifyBatch, classifyDocument } from '../../workflows/index.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import {
  answer,
  createWorkflowRunner,
  rendered,
  storedDocument,
  stubCategories,
  type Stubs,
  type WorkflowRunner,
} from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;
const source = { kind: 'stored', key: storedDocument.key, document: storedDocument } as const;
const pdfLocked = { code: 'document_encrypted', detail: 'This PDF is protected by a password.' };

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

function runOf(batch: WorkflowHandle<typeof classifyBatch>, index: number): WorkflowHandle<typeof classifyDocument> {
  return shared.client.workflow.getHandle(jobIdOfBatch(batch.workflowId, index));
}

async function failureOf(handle: WorkflowHandle): Promise<Error | undefined> {
  const error: unknown = await handle.result().catch((failure: unknown) => failure);
  if (error instanceof WorkflowFailedError) return error.cause;
  throw new Error(`it did not fail: ${String(error)}`);
}

/** Pages that are judged when the test says so, with the number of those that are under way. */
function heldPages() {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const jobs = new Set<string>();
  const classifyPage: Stubs['classifyPage'] = async (input) => {
    jobs.add(input.jobId);
    await held;
    return answer(input);
  };
  return { jobs, classifyPage, release };
}

describe('classifyBatch', () => {
  test('runs every document, gives the counts and stores them', async () => {
    await runner.serve({}, async () => {
      const batch = await runner.startBatch({ runCount: 3 });

      const counts = { processed: 3, failed: 0, cancelled: 0 };
      expect(await batch.result()).toEqual({ schemaVersion: 1, runCount: 3, counts });
      expect(runner.batchOutcomes.get(batch.workflowId)).toEqual({
        tenant: 'default',
        batchId: batch.workflowId,
        canWait: true,
        outcome: { schemaVersion: 1, runCount: 3, counts, status: 'processed' },
      });
      expect(await runOf(batch, 2).result()).toMatchObject({ classification: 'invoice' });
    });
  });

  test('counts a document that fails, which harms no other', async () => {
    const prepareRuns: Stubs['prepareRuns'] = async () => ({
      runs: [{ source }, { source, refusal: pdfLocked }, { source }],
    });

    await runner.serve({ prepareRuns }, async () => {
      const batch = await runner.startBatch({ runCount: 3 });

      expect((await batch.result()).counts).toEqual({ processed: 2, failed: 1, cancelled: 0 });
      expect(await failureOf(runOf(batch, 1))).toMatchObject({ type: pdfLocked.code, message: pdfLocked.detail });
      expect(runner.outcomes.get(jobIdOfBatch(batch.workflowId, 1))?.outcome.error).toEqual(pdfLocked);
    });
  });

  test('counts a run that was cancelled, and one that was terminated, as cancelled', async () => {
    const { jobs, classifyPage, release } = heldPages();

    await runner.serve({ classifyPage }, async () => {
      const batch = await runner.startBatch({ runCount: 3, concurrency: 3 });
      await expect.poll(() => jobs.size, { timeout: 20_000 }).toBe(3);
      await runOf(batch, 0).cancel();
      await runOf(batch, 1).terminate('by an operator');
      await failureOf(runOf(batch, 0));
      release();

      expect((await batch.result()).counts).toEqual({ processed: 1, failed: 0, cancelled: 2 });
    });
  });

  test('never has more runs under way than it may', async () => {
    const { jobs, classifyPage, release } = heldPages();

    await runner.serve({ classifyPage }, async () => {
      const batch = await runner.startBatch({ runCount: 7, concurrency: 3 });
      await expect.poll(() => jobs.size, { timeout: 20_000 }).toBe(3);
      const { raw } = await batch.describe();
      expect(raw.pendingChildren).toHaveLength(3);
      release();
      await batch.result();

      expect(jobs.size).toBe(7);
    });
  });

  test('starts its runs with the priority and the attributes by which they are found', async () => {
    const prepareRuns: Stubs['prepareRuns'] = async () => ({ runs: [{ source, fileName: 'a.pdf' }] });

    await runner.serve({ prepareRuns }, async () => {
      const batch = await runner.startBatch({ runCount: 1, priorityKey: 5 });
      await batch.result();

      const { typedSearchAttributes, priority } = await runOf(batch, 0).describe();
      expect(typedSearchAttributes.get(searchAttributeKeys.batch)).toBe(batch.workflowId);
      expect(typedSearchAttributes.get(searchAttributeKeys.tenant)).toBe('default');
      expect(typedSearchAttributes.get(searchAttributeKeys.fileName)).toBe('a.pdf');
      expect(priority).toMatchObject({ priorityKey: 5, fairnessKey: 'default' });
    });
  });

  test('continues as new where its history grows long, and carries the counts', async () => {
    const asked: PrepareRunsInput[] = [];
    const prepareRuns: Stubs['prepareRuns'] = async (input) => {
      asked.push(input);
      return { runs: Array.from({ length: input.end - input.first }, () => ({ source })) };
    };

    await runner.serve({ prepareRuns }, async () => {
      const batch = await runner.startBatch({ runCount: 7, concurrency: 2, runsPerExecution: 3 });

      expect((await batch.result()).counts).toEqual({ processed: 7, failed: 0, cancelled: 0 });
      // No run that is over is prepared again: its owner may have deleted it.
      expect(asked.map(({ first, end }) => [first, end])).toEqual([
        [0, 7],
        [3, 7],
        [6, 7],
      ]);
      const children = `Batch = '${batch.workflowId}' AND WorkflowType = 'classifyDocument'`;
      await expect.poll(async () => (await shared.client.workflow.count(children)).count).toBe(7);
    });
  });

  test('meets a run that was started before, and waits for what becomes of it', async () => {
    const asked: string[] = [];
    const awaitRun: Stubs['awaitRun'] = async ({ jobId }) => {
      asked.push(jobId);
      return { outcome: 'failed' };
    };
    const batchId = `bpr_${randomUUID()}`;

    await runner.serve({ awaitRun }, async () => {
      await shared.client.workflow.execute<typeof classifyDocument>('classifyDocument', {
        workflowId: jobIdOfBatch(batchId, 0),
        taskQueue: taskQueues.workflow,
        args: [{ source, categories: stubCategories }],
      });
      const batch = await runner.startBatch({ runCount: 2 }, batchId);

      expect((await batch.result()).counts).toEqual({ processed: 1, failed: 1, cancelled: 0 });
      expect(asked).toEqual([jobIdOfBatch(batchId, 0)]);
    });
  });

  test('cancels its runs when it is cancelled, starts no more, and stores that', async () => {
    let asked = 0;
    const stubs: Partial<Stubs> = {
      renderPages: async () => rendered(1),
      async classifyPage() {
        asked += 1;
        const timer = setInterval(() => Context.current().heartbeat(), 100);
        return await Context.current().cancelled.finally(() => clearInterval(timer));
      },
    };

    await runner.serve(stubs, async () => {
      const batch = await runner.startBatch({ runCount: 5, concurrency: 2 });
      await expect.poll(() => asked, { timeout: 20_000 }).toBe(2);
      await batch.cancel();

      expect(await failureOf(batch)).toBeInstanceOf(CancelledFailure);
      expect(await failureOf(runOf(batch, 1))).toBeInstanceOf(CancelledFailure);
      expect(asked).toBe(2);
      expect(runner.batchOutcomes.get(batch.workflowId)?.outcome).toMatchObject({
        status: 'cancelled',
        counts: { processed: 0, failed: 0, cancelled: 2 },
      });
    });
  });

  test('lets its runs end in order when it is terminated', async () => {
    const { jobs, classifyPage, release } = heldPages();

    await runner.serve({ classifyPage }, async () => {
      const batch = await runner.startBatch({ runCount: 1 });
      await expect.poll(() => jobs.size, { timeout: 20_000 }).toBe(1);
      await batch.terminate('by an operator');

      expect(await failureOf(runOf(batch, 0))).toBeInstanceOf(CancelledFailure);
      expect(runner.outcomes.get(jobIdOfBatch(batch.workflowId, 0))?.outcome.error?.code).toBe('cancelled');
      release();
    });
  });

  test('fails when its inputs cannot be read, once the runs that it started are over', async () => {
    const prepareRuns: Stubs['prepareRuns'] = async ({ first, end }) => {
      if (first >= 25) throw ApplicationFailure.nonRetryable('The inputs are gone.', 'document_missing');
      return { runs: Array.from({ length: end - first }, () => ({ source, refusal: pdfLocked })) };
    };

    await runner.serve({ prepareRuns }, async () => {
      const batch = await runner.startBatch({ runCount: 30, concurrency: 10 });

      expect(await failureOf(batch)).toMatchObject({ type: 'document_missing', message: 'The inputs are gone.' });
      expect(runner.batchOutcomes.get(batch.workflowId)?.outcome).toMatchObject({
        status: 'failed',
        counts: { processed: 0, failed: 25, cancelled: 0 },
        error: { code: 'document_missing', detail: 'The inputs are gone.' },
      });
      const { typedSearchAttributes } = await batch.describe();
      expect(typedSearchAttributes.get(searchAttributeKeys.failureReason)).toBe('document_missing');
    });
  });
});
