import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { maxCrashes } from '../../../src/process-pool/child-failed.ts';
import type { ChildPool } from '../../../src/process-pool/child-pool.ts';
import { echo, patient, poolOf } from '../../support/misbehaving-pool.ts';
import type { Order } from '../../support/misbehaving-child.ts';

async function pidOf(pool: ChildPool<Order, unknown, unknown>): Promise<number> {
  const facts = await pool.run({ do: 'facts' }, patient);
  if (typeof facts === 'object' && facts && 'pid' in facts && typeof facts.pid === 'number') return facts.pid;
  throw new Error('no pid');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a pool of child processes', () => {
  test.each([
    ['that hangs', { do: 'hang' }, { timeoutMs: 300 }, 'timeout'],
    ['that stops sending events', { do: 'event-then-hang' }, { stepTimeoutMs: 300 }, 'step-timeout'],
    ['that fills memory outside the heap', { do: 'eat-memory' }, {}, 'memory'],
    ['that fills the heap', { do: 'eat-heap' }, {}, 'memory'],
    ['that ends its process', { do: 'exit' }, {}, 'crash'],
    ['that throws', { do: 'throw' }, {}, 'error'],
  ] as const)('fails a job %s and serves the next', async (_, order, limits, reason) => {
    const pool = poolOf();

    await expect(pool.run(order, { ...patient, ...limits })).rejects.toMatchObject({ name: 'ChildFailed', reason });

    expect(await pool.run(echo, patient)).toBe('alive');
  });

  test.each([
    [2, { answer: 3 }],
    [3, { failure: expect.objectContaining({ name: 'ChildFailed', reason: 'crash' }) }],
  ])('gives a job three children: after %i that ended by themselves it has %o', async (times, outcome) => {
    const folder = await mkdtemp(join(tmpdir(), 'child-pool-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const countPath = join(folder, 'children');

    const job = poolOf()
      .run({ do: 'exit-times', times, countPath }, { ...patient, maxCrashes })
      .then(
        (answer) => ({ answer }),
        (failure: unknown) => ({ failure }),
      );

    expect(await job).toEqual(outcome);
    expect(await readFile(countPath, 'utf8')).toHaveLength(3);
  });

  test('kills the child of a job that is cancelled and serves the next', async () => {
    const pool = poolOf();
    const controller = new AbortController();
    const { promise: pid, resolve } = Promise.withResolvers<unknown>();

    const job = pool.run(
      { do: 'event-then-hang' },
      { ...patient, signal: controller.signal, onEvent: async (event) => resolve(event) },
    );
    job.catch(() => {});
    const first = await pid;
    controller.abort();

    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
    expect(await pidOf(pool)).not.toBe(first);
  });

  test('gives up waiting for a free child when cancelled', async () => {
    const pool = poolOf();
    const controller = new AbortController();
    const hanging = pool.run({ do: 'hang' }, { ...patient, timeoutMs: 1000 });
    hanging.catch(() => {});

    const waiting = pool.run(echo, { ...patient, signal: controller.signal });
    controller.abort();

    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(hanging).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('does not count the wait for a free child as time of the job', async () => {
    const pool = poolOf();
    await pool.warmUp();
    const hanging = pool.run({ do: 'hang' }, { ...patient, timeoutMs: 1500 });
    hanging.catch(() => {});

    expect(await pool.run(echo, { ...patient, timeoutMs: 1000 })).toBe('alive');
  });

  test('does not count the time that the parent takes for an event', async () => {
    const pool = poolOf();
    await pool.warmUp();
    const slow = (): Promise<void> => setTimeout(600);

    expect(await pool.run({ do: 'events', count: 4 }, { ...patient, timeoutMs: 1500, onEvent: slow })).toBe(4);
  });

  test('delivers events in order, never more than two ahead of the parent', async () => {
    const pool = poolOf();
    const seen: unknown[] = [];
    let handling = 0;

    await pool.run(
      { do: 'events', count: 50 },
      {
        ...patient,
        onEvent: async (event) => {
          expect(++handling).toBe(1);
          await Promise.resolve();
          seen.push(event);
          handling--;
        },
      },
    );

    expect(seen.map((event) => (event instanceof Object && 'index' in event ? event.index : -1))).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
  });

  test('passes on what the handler of an event throws and serves the next job', async () => {
    const pool = poolOf();
    const onEvent = async (): Promise<void> => Promise.reject(new Error('store is down'));

    await expect(pool.run({ do: 'events', count: 3 }, { ...patient, onEvent })).rejects.toThrow('store is down');

    expect(await pool.run(echo, patient)).toBe('alive');
  });

  test('replaces a child after the agreed number of jobs', async () => {
    const pool = poolOf({ recycleAfterJobs: 2 });

    const pids = [await pidOf(pool), await pidOf(pool), await pidOf(pool)];

    expect(pids[1]).toBe(pids[0]);
    expect(pids[2]).not.toBe(pids[0]);
  });

  test('replaces a child that stays large after a job', async () => {
    const pool = poolOf({ recycleAboveBytes: 1 });

    expect(await pidOf(pool)).not.toBe(await pidOf(pool));
  });

  test('replaces a child that was killed from outside while idle', async () => {
    const pool = poolOf();
    const pid = await pidOf(pool);

    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isRunning(pid)).toBe(false);

    expect(await pool.run(echo, patient)).toBe('alive');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('lets a job end although its child is sent %s', async (stop) => {
    const pool = poolOf();
    const child = await pidOf(pool);

    // The child waits in mid job until the event is handled.
    const answer = await pool.run(
      { do: 'event-then-echo', value: 'whole' },
      { ...patient, onEvent: async () => void process.kill(child, stop) },
    );

    expect(answer).toBe('whole');
    expect(await pidOf(pool)).toBe(child);
  });

  test('gives a child no variable of the parent beyond what it was given', async () => {
    process.env['UNRELATED_SECRET'] = 'secret';
    onTestFinished(() => {
      delete process.env['UNRELATED_SECRET'];
    });
    const pool = poolOf({ env: { LANG: 'C.UTF-8' } });

    const facts = await pool.run({ do: 'facts' }, patient);

    expect(facts).toMatchObject({ env: { LANG: 'C.UTF-8', MALLOC_ARENA_MAX: '2' } });
    expect(JSON.stringify(facts)).not.toContain('UNRELATED_SECRET');
  });

  test('says so when a child does not start', async () => {
    const pool = poolOf({ entry: new URL('../../support/no-such-child.ts', import.meta.url) });

    await expect(pool.run(echo, patient)).rejects.toMatchObject({ name: 'ChildFailed', reason: 'start' });
  });

  test('leaves no process behind when disposed in mid job', async () => {
    const pool = poolOf();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const job = pool.run({ do: 'event-then-hang' }, { ...patient, onEvent: async (event) => resolve(event) });
    job.catch(() => {});
    const event = await promise;
    const pid = event instanceof Object && 'pid' in event ? Number(event.pid) : 0;

    await pool[Symbol.asyncDispose]();

    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
    expect(isRunning(pid)).toBe(false);
  });

  test('leaves no busy child behind when the parent is killed', async () => {
    const parent = spawn(process.execPath, [
      fileURLToPath(new URL('../../support/parent-of-busy-child.ts', import.meta.url)),
    ]);
    const { pid } = JSON.parse(String(await once(parent.stdout, 'data')));
    expect(isRunning(pid)).toBe(true);

    parent.kill('SIGKILL');

    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});
