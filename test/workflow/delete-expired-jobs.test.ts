import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeleteExpiredExecutionsInput } from '../../activities/delete-expired-executions.ts';
import type { DeleteExpiredObjectsInput } from '../../activities/delete-expired-objects.ts';
import { taskQueues } from '../../src/domain/contract.ts';
import type { DeletedCounts, DeleteExpiredJobsInput, Retention } from '../../src/domain/retention.ts';
import type { deleteExpiredJobs } from '../../workflows/index.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

/** Three pages of closed runs, then three stretches of the store; remembers what was asked for. */
function createSweep() {
  const asked = {
    rules: new Array<Retention>(),
    executions: new Array<DeleteExpiredExecutionsInput>(),
    objects: new Array<DeleteExpiredObjectsInput>(),
  };
  return {
    asked,
    stubs: {
      async setLifecycleRules(retention: Retention) {
        asked.rules.push(retention);
      },
      async deleteExpiredExecutions(input: DeleteExpiredExecutionsInput) {
        const number = asked.executions.push(input);
        return { deleted: 2, ...(number < 3 && { pageToken: `page ${number}` }) };
      },
      async deleteExpiredObjects(input: DeleteExpiredObjectsInput) {
        const number = asked.objects.push(input);
        return { storedJobs: 1, abandonedUploads: number, ...(number < 3 && { after: `key ${number}` }) };
      },
    },
  };
}

function sweep(input: DeleteExpiredJobsInput): Promise<DeletedCounts> {
  return shared.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
    workflowId: `sweep-${randomUUID()}`,
    taskQueue: taskQueues.workflow,
    args: [input],
  });
}

describe('deleteExpiredJobs', () => {
  test('goes through all runs and all of the store, step by step, with one idea of what is old', async () => {
    const { asked, stubs } = createSweep();

    const deleted = await runner.serve(stubs, () => sweep({ jobDays: 90, uploadDays: 7 }));

    expect(deleted).toEqual({ executions: 6, storedJobs: 3, abandonedUploads: 6 });
    expect(asked.executions.map(({ pageToken }) => pageToken)).toEqual([undefined, 'page 1', 'page 2']);
    expect(asked.objects.map(({ after }) => after)).toEqual([undefined, 'key 1', 'key 2']);
    expect(asked.rules).toEqual([{ jobDays: 90, uploadDays: 7 }]);
    const [cutoffs] = asked.objects.map((input) => input.cutoffs);
    for (const input of asked.objects) expect(input.cutoffs).toEqual(cutoffs);
    for (const { closedBefore } of asked.executions) expect(closedBefore).toBe(cutoffs?.closedBefore);
    const ageDays = (instant = '') => Math.round((Date.now() - Date.parse(instant)) / (24 * 60 * 60 * 1000));
    expect([ageDays(cutoffs?.closedBefore), ageDays(cutoffs?.abandonedBefore)]).toEqual([90, 7]);
  });

  test('deletes no run where finished jobs are kept', async () => {
    const { asked, stubs } = createSweep();

    const deleted = await runner.serve(stubs, () => sweep({ uploadDays: 7 }));

    expect(deleted.executions).toBe(0);
    expect(asked.executions).toEqual([]);
    expect(asked.objects[0]?.cutoffs).not.toHaveProperty('closedBefore');
  });

  test('carries on where an earlier run of it ended', async () => {
    const { asked, stubs } = createSweep();
    const cutoffs = { closedBefore: '2026-01-01T00:00:00.000Z' };
    const position = { stage: 'objects', after: 'key 0' } as const;
    const earlier = { executions: 10, storedJobs: 10, abandonedUploads: 10 };

    const deleted = await runner.serve(stubs, () =>
      sweep({ jobDays: 90, continued: { cutoffs, position, deleted: earlier } }),
    );

    expect(deleted).toEqual({ executions: 10, storedJobs: 13, abandonedUploads: 16 });
    expect(asked.rules).toEqual([]);
    expect(asked.executions).toEqual([]);
    expect(asked.objects.map(({ after }) => after)).toEqual(['key 0', 'key 1', 'key 2']);
    expect(asked.objects[0]?.cutoffs).toEqual(cutoffs);
  });
});
