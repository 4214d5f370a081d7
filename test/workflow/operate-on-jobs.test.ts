import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OperateOnPageInput, OperateOnPageResult } from '../../src/domain/job-operation.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

/** So many pages of three jobs, one of which fails and one is left alone; remembers which were asked for. */
function pages(count: number) {
  const asked = new Array<string | undefined>();
  const operateOnPage = async ({ pageToken }: OperateOnPageInput): Promise<OperateOnPageResult> => {
    const number = asked.push(pageToken);
    return {
      counts: { done: 1, skipped: 1, failed: 1 },
      skippedBy: { [number === 1 ? 'changed' : 'rerun_already']: 1 },
      errors: [{ code: 'document_missing', count: 1, jobId: `job ${number}` }],
      ...(number < count && { pageToken: `page ${number}` }),
    };
  };
  return { asked, operateOnPage };
}

describe('an operation on many jobs', () => {
  test('works through all pages, adds up what became of the jobs and stores it', async () => {
    const { asked, operateOnPage } = pages(3);

    const { handle, result } = await runner.serve({ operateOnPage }, async () => {
      const started = await runner.startRerun();
      return { handle: started, result: await started.result() };
    });

    const errors = [{ code: 'document_missing', count: 3, jobId: 'job 1' }];
    expect(asked).toEqual([undefined, 'page 1', 'page 2']);
    expect(result).toEqual({
      counts: { done: 3, skipped: 3, failed: 3 },
      errors,
      skippedBy: { changed: 1, rerun_already: 2 },
    });
    expect(runner.operationOutcomes.get(handle.workflowId)).toMatchObject({ status: 'completed', ...result });
    expect((await handle.describe()).memo).toMatchObject({ progress: result });
  });

  test('goes on in a new execution where the history grows long, with all that it knows', async () => {
    const { asked, operateOnPage } = pages(4);

    const { first, last, result } = await runner.serve({ operateOnPage }, async () => {
      const handle = await runner.startRerun({ stepsPerExecution: 2 });
      const total = await handle.result();
      return { first: handle.firstExecutionRunId, last: await handle.describe(), result: total };
    });

    expect(asked).toEqual([undefined, 'page 1', 'page 2', 'page 3']);
    expect(last.runId).not.toBe(first);
    expect(result.counts).toEqual({ done: 4, skipped: 4, failed: 4 });
    expect(result.skippedBy).toEqual({ changed: 1, rerun_already: 3 });
    expect(last.memo).toMatchObject({ progress: result });
  });

  test('waits while as many of its jobs are under way as may be, and asks for the same page again', async () => {
    const asked = new Array<string | undefined>();
    const operateOnPage = async ({ pageToken }: OperateOnPageInput): Promise<OperateOnPageResult> => {
      const number = asked.push(pageToken);
      const none = { counts: { done: 0, skipped: 0, failed: 0 }, errors: [] };
      if (number === 1) return { ...none, counts: { ...none.counts, done: 2 }, pageToken: 'page 1' };
      return number === 2 ? { ...none, mustWait: true, pageToken: 'page 1' } : none;
    };

    const result = await runner.serve({ operateOnPage }, async () => (await runner.startRerun()).result());

    expect(asked).toEqual([undefined, 'page 1', 'page 1']);
    expect(result.counts).toEqual({ done: 2, skipped: 0, failed: 0 });
  });

  test('stops when it is cancelled, and counts what was done of the page in its hands', async () => {
    const { promise: isWorking, resolve: working } = Promise.withResolvers<void>();
    const operateOnPage = async (): Promise<OperateOnPageResult> => {
      working();
      const timer = setInterval(() => Context.current().heartbeat(), 100);
      await Context.current().cancelled.catch(() => clearInterval(timer));
      return { counts: { done: 1, skipped: 0, failed: 0 }, errors: [], pageToken: 'page 1' };
    };

    const id = await runner.serve({ operateOnPage }, async () => {
      const handle = await runner.startRerun();
      await isWorking;
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      return handle.workflowId;
    });

    expect((await shared.client.workflow.getHandle(id).describe()).status.name).toBe('CANCELLED');
    expect(runner.operationOutcomes.get(id)).toMatchObject({
      status: 'cancelled',
      counts: { done: 1, skipped: 0, failed: 0 },
    });
  });

  test('fails with the reason when what it was asked for is gone', async () => {
    const operateOnPage = async (): Promise<never> => {
      throw ApplicationFailure.nonRetryable(
        'The request of this operation is gone from the store.',
        'document_missing',
      );
    };

    const id = await runner.serve({ operateOnPage }, async () => {
      const handle = await runner.startRerun();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      return handle.workflowId;
    });

    expect(runner.operationOutcomes.get(id)).toMatchObject({ status: 'failed' });
  });
});
