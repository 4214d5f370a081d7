import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { progressQueryName, taskQueues, type JobProgress } from '../../src/domain/contract.ts';
import type { DeleteExpiredJobsInput } from '../../src/domain/retention.ts';
import { reviewUpdateName, type ReviewAnswer } from '../../src/domain/review.ts';
import { webhookWorkflowId } from '../../src/domain/webhook.ts';
import type { deleteExpiredJobs } from '../../workflows/index.ts';
import { createNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';
import { recordedRuns, type RecordedRun } from './recorded-runs.ts';

/**
 * Runs each of `recordedRuns` that has no history in the directory yet on the real server and writes it there. Those
 * that have one keep it: it is what an earlier version wrote.
 */
export async function recordHistories(directory: URL): Promise<void> {
  await using namespace = await createNamespace();
  const runner = await createWorkflowRunner(namespace);
  await mkdir(directory, { recursive: true });
  const known = new Set(await readdir(directory));
  for (const run of recordedRuns.filter(({ name }) => !known.has(`${name}.json`))) {
    const history = run.sweep
      ? await recordSweep(runner, namespace.client, run.stubs, run.sweep)
      : await record(runner, namespace.client, run);
    await writeFile(
      new URL(`${run.name}.json`, directory),
      `${JSON.stringify(JSON.parse(anonymous(history)), null, 1)}\n`,
    );
  }
}

async function record(runner: WorkflowRunner, client: Client, run: RecordedRun): Promise<string> {
  const { promise: isJudged, resolve: judging } = Promise.withResolvers<void>();
  const waits = () => untilCancelled(judging);
  const stubs = run.isCancelled ? { ...run.stubs, classifyPage: waits, operateOnPage: waits } : run.stubs;

  async function historyOf(handle: WorkflowHandle): Promise<string> {
    if (run.isCancelled) {
      await isJudged;
      await handle.cancel();
    }
    if (run.review) await answerReview(handle, run.review);
    await handle.result().catch(() => undefined);
    return historyToJSON(await handle.fetchHistory());
  }

  if (run.rerun) {
    return runner.serve(stubs, async () => historyOf(firstExecutionOf(await runner.startRerun(run.rerun), client)));
  }
  if (run.batch) {
    return runner.serve(stubs, async () => historyOf(firstExecutionOf(await runner.startBatch(run.batch), client)));
  }
  return runner.run(
    stubs,
    async (handle, jobId) => {
      const ofJob = await historyOf(handle);
      return run.isOfWebhook ? historyOf(client.workflow.getHandle(webhookWorkflowId(jobId))) : ofJob;
    },
    run.input,
  );
}

async function recordSweep(
  runner: WorkflowRunner,
  client: Client,
  stubs: Partial<Stubs>,
  input: DeleteExpiredJobsInput,
): Promise<string> {
  return runner.serve(stubs, async () => {
    const handle = await client.workflow.start<typeof deleteExpiredJobs>('deleteExpiredJobs', {
      workflowId: `sweep-${randomUUID()}`,
      taskQueue: taskQueues.workflow,
      args: [input],
    });
    await handle.result();
    return historyToJSON(await handle.fetchHistory());
  });
}

/** Which process ran it, and where its code lay, is nobody's business. */
function anonymous(history: string): string {
  return history
    .replaceAll(/"identity":\s*"[^"]*"/g, '"identity": "worker"')
    .replaceAll(/"stackTrace":\s*"(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
}

/** A handle of its own: one that has followed a batch to its end reads the history of the last execution. */
function firstExecutionOf({ workflowId, firstExecutionRunId }: WorkflowHandleWithFirstExecutionRunId, client: Client) {
  return client.workflow.getHandle(workflowId, firstExecutionRunId, { followRuns: false });
}

async function answerReview(handle: WorkflowHandle, answer: ReviewAnswer): Promise<void> {
  for (;;) {
    const { stage } = await handle.query<JobProgress>(progressQueryName);
    if (stage === 'waiting-for-review') break;
  }
  await handle.executeUpdate(reviewUpdateName, { args: [answer] });
}

async function untilCancelled(onStart: () => void): Promise<never> {
  onStart();
  const timer = setInterval(() => Context.current().heartbeat(), 100);
  return await Context.current().cancelled.finally(() => clearInterval(timer));
}
