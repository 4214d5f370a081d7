import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { recordHistories } from './record-histories.ts';
import { recordedRuns } from './recorded-runs.ts';

const histories = new URL('./histories/', import.meta.url);
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

async function readHistory(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, histories), 'utf8');
}

beforeAll(async () => {
  // `npm run record-histories`, after a behaviour was added.
  if (process.env['RECORD_HISTORIES'] === '1') await recordHistories(histories);
});

describe('recorded histories', () => {
  test.each(recordedRuns.map(({ name }) => name))('%s is replayed by the code of today', async (name) => {
    const history: unknown = JSON.parse(await readHistory(name));

    await expect(Worker.runReplayHistory({ workflowsPath }, history, name)).resolves.toBeUndefined();
  });

  test('a history that the code would not have written is refused', async () => {
    const changed = (await readHistory('completed')).replaceAll('"renderPages"', '"paintPages"');

    await expect(Worker.runReplayHistory({ workflowsPath }, JSON.parse(changed), 'changed')).rejects.toThrow(
      DeterminismViolationError,
    );
  });

  test('no history holds anything of a document', async () => {
    for (const { name } of recordedRuns) expect((await readHistory(name)).length).toBeLessThan(120_000);
  });
});
