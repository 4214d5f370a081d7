import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAwaitRun } from '../../activities/await-run.ts';
import { jobIdOfBatch } from '../../src/domain/batch.ts';
import { taskQueues } from '../../src/domain/contract.ts';
import { createObjectStore } from '../../src/storage/create-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { writeOutcome } from '../../src/records/jobs/job-outcome.ts';
import { deleteExecution } from '../../src/temporal/executions.ts';
import type { classifyDocument } from '../../workflows/index.ts';
import { hookedStore } from '../support/hooked-store.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, stubCategories, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';

let namespace: TestNamespace;
let runner: WorkflowRunner;
let directory: string;
let store: ObjectStore;

beforeAll(async () => {
  namespace = await createNamespace();
  runner = await createWorkflowRunner(namespace);
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-await-run-'));
  store = createObjectStore({ kind: 'folder', directory });
});
afterAll(async () => {
  await namespace[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** Nobody can ask it to end, so it can only be ended. */
const endless: Stubs['storeDocument'] = async () => {
  const timer = setInterval(() => Context.current().heartbeat(), 100);
  return await Context.current().cancelled.finally(() => clearInterval(timer));
};

async function startRun(jobId: string) {
  return namespace.client.workflow.start<typeof classifyDocument>('classifyDocument', {
    workflowId: jobId,
    taskQueue: taskQueues.workflow,
    args: [{ source: { kind: 'inline', base64: 'JVBERi0=' }, categories: stubCategories, tenant: 'acme' }],
  });
}

describe('awaitRun', () => {
  test('ends for a run that was terminated and left no result', async () => {
    const batchId = `bpr_${randomUUID()}`;
    const jobId = jobIdOfBatch(batchId, 0);
    const awaitRun: Stubs['awaitRun'] = createAwaitRun({ store, circuits: [] });

    await runner.serve({ awaitRun, storeDocument: endless }, async () => {
      const run = await startRun(jobId);
      const batch = await runner.startBatch({ runCount: 1, tenant: 'acme' }, batchId);
      await expect
        .poll(async () => (await batch.describe()).raw.pendingActivities?.[0]?.activityType?.name, { timeout: 20_000 })
        .toBe('awaitRun');
      await run.terminate('an operator');

      expect((await batch.result()).counts).toEqual({ processed: 0, failed: 0, cancelled: 1 });
    });
  });

  test('ends for a run that Temporal has forgotten, and whose result was deleted', async () => {
    const batchId = `bpr_${randomUUID()}`;
    const jobId = jobIdOfBatch(batchId, 0);
    const awaitRun: Stubs['awaitRun'] = async (input) => {
      await deleteExecution(namespace.client, jobId, (await started).firstExecutionRunId);
      return createAwaitRun({ store, circuits: [] })(input);
    };
    const started = startRun(jobId);

    await runner.serve({ awaitRun, storeDocument: endless }, async () => {
      await started;
      const batch = await runner.startBatch({ runCount: 1, tenant: 'acme' }, batchId);

      const { counts } = await batch.result();
      expect(counts.processed).toBe(0);
      expect(counts.failed + counts.cancelled).toBe(1);
    });
  });

  test('tells what a run stored that ended between its look at the store and that at Temporal', async () => {
    const batchId = `bpr_${randomUUID()}`;
    const jobId = jobIdOfBatch(batchId, 0);
    const started = startRun(jobId);
    const endRun = async () => {
      const run = await started;
      const at = new Date().toISOString();
      const { firstExecutionRunId: runId } = run;
      const ids = { schemaVersion: 1, jobId, runId, firstRunId: runId, createdAt: at, finishedAt: at } as const;
      const error = { code: 'document_corrupt', detail: 'The document cannot be read.' };
      await writeOutcome(store, 'acme', { ...ids, error }, new AbortController().signal);
      await run.terminate('an operator');
    };
    const racing = hookedStore(store, { step: 'get', when: 'after', key: /result\.json$/, act: endRun });

    await runner.serve(
      { awaitRun: createAwaitRun({ store: racing, circuits: [] }), storeDocument: endless },
      async () => {
        await started;
        const batch = await runner.startBatch({ runCount: 1, tenant: 'acme' }, batchId);

        expect((await batch.result()).counts).toEqual({ processed: 0, failed: 1, cancelled: 0 });
      },
    );
  });
});
