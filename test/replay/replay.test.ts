import { readFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadWorkflowBundle } from '../../src/startup/workflow-code.ts';
import { recordHistories } from './record-histories.ts';
import { recordedRuns } from './recorded-runs.ts';

const histories = new URL('./histories/', import.meta.url);
const code = { workflowBundle: await loadWorkflowBundle() };

const historySchema = z.object({
  events: z.tuple(
    [z.object({ workflowExecutionStartedEventAttributes: z.object({ workflowId: z.string() }) })],
    z.unknown(),
  ),
});

async function readHistory(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, histories), 'utf8');
}

/** A child's id holds that of its parent, so the history replays under its own name alone. */
function workflowIdOf(history: unknown): string {
  return historySchema.parse(history).events[0].workflowExecutionStartedEventAttributes.workflowId;
}

beforeAll(async () => {
  // `npm run record-histories`, after a behaviour was added.
  if (process.env['RECORD_HISTORIES'] === '1') await recordHistories(histories);
});

describe('recorded histories', () => {
  test.each(recordedRuns.map(({ name }) => name))('%s is replayed by the code of today', async (name) => {
    const history: unknown = JSON.parse(await readHistory(name));
    const workflowId = workflowIdOf(history);

    await expect(Worker.runReplayHistory(code, history, workflowId)).resolves.toBeUndefined();
  });

  test('a history that the code would not have written is refused', async () => {
    const changed = (await readHistory('completed')).replaceAll('"renderPages"', '"paintPages"');

    await expect(Worker.runReplayHistory(code, JSON.parse(changed), 'changed')).rejects.toThrow(
      DeterminismViolationError,
    );
  });

  test('no history holds anything of a document', async () => {
    for (const { name } of recordedRuns) expect((await readHistory(name)).length).toBeLessThan(120_000);
  });
});
