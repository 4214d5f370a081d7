import { mkdir, writeFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';
import { recordedRuns, type RecordedRun } from './recorded-runs.ts';

/** Runs each of `recordedRuns` on the real server and writes its history into the directory. */
export async function recordHistories(directory: URL): Promise<void> {
  await using namespace = await createNamespace();
  const runner = await createWorkflowRunner(namespace);
  await mkdir(directory, { recursive: true });
  for (const run of recordedRuns) {
    const history = await record(runner, run);
    await writeFile(new URL(`${run.name}.json`, directory), `${JSON.stringify(JSON.parse(history), null, 1)}\n`);
  }
}

async function record(runner: WorkflowRunner, { stubs, input, isCancelled = false }: RecordedRun): Promise<string> {
  const { promise: isJudged, resolve: judging } = Promise.withResolvers<void>();
  const activities: Partial<Stubs> = isCancelled ? { ...stubs, classifyPage: () => untilCancelled(judging) } : stubs;
  const history = await runner.run(
    activities,
    async (handle) => {
      if (isCancelled) {
        await isJudged;
        await handle.cancel();
      }
      await handle.result().catch(() => undefined);
      return historyToJSON(await handle.fetchHistory());
    },
    input,
  );
  // Which process ran it, and where its code lay, is nobody's business.
  return history
    .replaceAll(/"identity":\s*"[^"]*"/g, '"identity": "worker"')
    .replaceAll(/"stackTrace":\s*"(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
}

async function untilCancelled(onStart: () => void): Promise<never> {
  onStart();
  const timer = setInterval(() => Context.current().heartbeat(), 100);
  return await Context.current().cancelled.finally(() => clearInterval(timer));
}
