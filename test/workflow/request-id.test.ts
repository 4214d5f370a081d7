import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobIdOfBatch } from '../../src/domain/batch.ts';
import { taskQueues } from '../../src/domain/contract.ts';
import { workflowModules, workflowsPath } from '../../src/startup/workflow-code.ts';
import type { classifyBatch, classifyDocument } from '../../workflows/index.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import {
  createWorkflowRunner,
  storedDocument,
  stubCategories,
  type WorkflowRunner,
} from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

async function memoOf(workflowId: string): Promise<unknown> {
  return (await shared.client.workflow.getHandle(workflowId).describe()).memo;
}

describe('the id of the request in the memo of an execution', () => {
  test('goes on to the runs of a batch, also when it continues as new', async () => {
    const batchId = `bpr_${randomUUID()}`;
    await runner.serve({}, async () => {
      const batch = await shared.client.workflow.start<typeof classifyBatch>('classifyBatch', {
        workflowId: batchId,
        taskQueue: taskQueues.workflow,
        memo: { requestId: 'abc-123' },
        args: [
          {
            tenant: 'default',
            runCount: 2,
            runsPerExecution: 1,
            concurrency: 1,
            priorityKey: 4,
            template: { categories: stubCategories },
          },
        ],
      });
      await batch.result();
    });

    const executions = [batchId, jobIdOfBatch(batchId, 0), jobIdOfBatch(batchId, 1)];
    expect(await Promise.all(executions.map(memoOf))).toEqual(executions.map(() => ({ requestId: 'abc-123' })));
  });

  test('goes on to the delivery of a webhook', async () => {
    const jobId = randomUUID();
    await runner.serve({}, async () => {
      const run = await shared.client.workflow.start<typeof classifyDocument>('classifyDocument', {
        workflowId: jobId,
        taskQueue: taskQueues.workflow,
        memo: { requestId: 'abc-124' },
        args: [
          {
            source: { kind: 'stored', key: storedDocument.key, document: storedDocument },
            categories: stubCategories,
            webhook: { requestKey: 'tenants/default/jobs/x/request.json' },
          },
        ],
      });
      await run.result();
      await shared.client.workflow.getHandle(`${jobId}-webhook`).result();
    });

    expect(await memoOf(`${jobId}-webhook`)).toEqual({ requestId: 'abc-124', subject: { kind: 'run', id: jobId } });
    // While workers are replaced, one that knows nothing of it may go on with the run.
    const history = await shared.client.workflow.getHandle(jobId).fetchHistory();
    for (const interceptors of [{ workflowModules }, {}]) {
      await expect(Worker.runReplayHistory({ workflowsPath, interceptors }, history, jobId)).resolves.toBeUndefined();
    }
  });
});
