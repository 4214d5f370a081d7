import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { fixture } from '../support/rendering.ts';
import { finishedJob, submit } from '../support/service.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';

let namespace: TestNamespace;
let fleet: Fleet;
let api: ApiProcess;

beforeAll(async () => {
  namespace = await createNamespace();
  fleet = await createFleet({
    ...temporalSettings(namespace),
    CLASSIFIER: 'built-in',
    RENDER_PAGE_TIMEOUT_SECONDS: '100',
    RENDER_DOCUMENT_TIMEOUT_SECONDS: '100',
  });
  api = await fleet.startApi();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

/** Draws for longer than a test waits. */
const slowDocument = new Blob([await readFile(fixture('nested-states.pdf'))]);

const readAlone = 'reading alone what may have ended its process';

/** A worker that is killed when it has read alone for so long: no time is too late to count. */
async function workerKilledAfter(readMs: number, jobId: string): Promise<void> {
  const worker = await fleet.startWorker({ LOG_LEVEL: 'debug' });
  await worker.untilPrinted(readAlone);
  await expect.poll(async () => attemptedMs(jobId), { timeout: 30_000 }).toBeGreaterThan(readMs);
  await worker.end('SIGKILL');
}

describe('a document whose process dies each time that it is read', () => {
  test('fails with a sentence after three deaths, the first of them in company, and is named in the log', async () => {
    const jobId = await submit(api.url, { file: slowDocument });
    // In company: whatever ran in that process may have ended it.
    const first = await fleet.startWorker();
    await expect.poll(async () => attemptedMs(jobId), { timeout: 30_000 }).toBeGreaterThanOrEqual(0);
    await first.end('SIGKILL');
    await workerKilledAfter(0, jobId);
    await workerKilledAfter(5000, jobId);
    const last = await fleet.startWorker();

    expect(await finishedJob(api.url, jobId)).toMatchObject({
      status: 'failed',
      error: 'This document could not be read: the process that reads it ended 3 times while it did.',
    });
    // What a process prints comes by a pipe, and may come after the answer.
    await last.untilPrinted(/document is poison[^\n]*\n/);
    const line = last
      .output()
      .split('\n')
      .find((each) => each.includes('document is poison'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ jobId, deaths: 3 });
  }, 240_000);
});

/** For how long the attempt at drawing the document that is under way is known to live; -1 while there is none. */
async function attemptedMs(jobId: string): Promise<number> {
  const { raw } = await namespace.client.workflow.getHandle(jobId).describe();
  const [activity] = raw.pendingActivities ?? [];
  const startedMs = msOf(activity?.lastStartedTime);
  return startedMs === 0 ? -1 : Math.max(0, msOf(activity?.lastHeartbeatTime) - startedMs);
}

type Timestamp = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

function msOf(time: Timestamp): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
