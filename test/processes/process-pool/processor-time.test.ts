import { describe, expect, test } from 'vitest';
import { ChildFailed } from '../../../src/process-pool/child-failed.ts';
import { echo, patient, poolOf } from '../../support/misbehaving-pool.ts';

describe('a pool of child processes', () => {
  test.each([
    ['that uses too much processor time', { do: 'hang' }, { maxProcessorMs: 300 }, 'processor-time'],
    [
      'that uses too much of it after an event',
      { do: 'event-then-hang' },
      { maxStepProcessorMs: 300 },
      'step-processor-time',
    ],
  ] as const)('fails a job %s and serves the next', async (_, order, limits, reason) => {
    const pool = poolOf();

    await expect(pool.run(order, { ...patient, ...limits })).rejects.toMatchObject({ name: 'ChildFailed', reason });

    expect(await pool.run(echo, patient)).toBe('alive');
  });

  test('ends no job by its processor time that only waits', async () => {
    expect(await poolOf().run({ do: 'wait', ms: 900 }, { ...patient, maxProcessorMs: 500 })).toBe('timed-out');
  });

  test('counts the processor time of each step anew, and that of all steps together', async () => {
    const pool = poolOf();
    const work = { do: 'work-between-events', count: 4, processorMs: 250 } as const;

    expect(await pool.run(work, { ...patient, maxStepProcessorMs: 700 })).toBe(4);
    await expect(pool.run(work, { ...patient, maxProcessorMs: 700 })).rejects.toMatchObject({
      reason: 'processor-time',
    });
  });

  test('tells what processor time a job has used that is ended', async () => {
    const work = { do: 'work-between-events', count: 4, processorMs: 250 } as const;
    const job = poolOf().run(work, { ...patient, maxProcessorMs: 700 });

    const processorMs = await job.catch((error: unknown) => (error instanceof ChildFailed ? error.processorMs : 0));
    expect(processorMs).toBeGreaterThan(500);
  });
});
