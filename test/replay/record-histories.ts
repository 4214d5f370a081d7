import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { taskQueues } from '../../src/domain/contract.ts';
import type { DeleteExpiredJobsInput } from '../../src/domain/retention.ts';
import { webhookWorkflowId } from '../../src/domain/webhook.ts';
import type { deleteExpiredJobs } from '../../workflows/index.ts';
import { createNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';
import { recordedRuns, type RecordedRun } from './recorded-runs.ts';

/**
 * Runs each of `recordedRuns` that has no history in the directory yet on the real server and writes it there. Those that have one
 * keep it: it is what an earlier version wrote.
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
  const { stubs, input, isCancelled = false, isOfWebhook = false } = run;
  const { promise: isJudged, resolve: judging } = Promise.withResolvers<void>();
  const activities: Partial<Stubs> = isCancelled ? { ...stubs, classifyPage: () => untilCancelled(judging) } : stubs;
  return runner.run(
    activities,
    async (handle, jobId) => {
      if (isCancelled) {
        await isJudged;
        await handle.cancel();
      }
      await handle.result().catch(() => undefined);
      if (!isOfWebhook) return historyToJSON(await handle.fetchHistory());
      const delivery = client.workflow.getHandle(webhookWorkflowId(jobId));
      await delivery.result();
      return historyToJSON(await delivery.fetchHistory());
    },
    input,
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

async function untilCancelled(onStart: () => void): Promise<never> {
  onStart();
  const timer = setInterval(() => Context.current().heartbeat(), 100);
  return await Context.current().cancelled.finally(() => clearInterval(timer));
}
