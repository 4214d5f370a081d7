import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import type { TestProcess } from '../support/process.ts';
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
    RENDER_PAGE_TIMEOUT_SECONDS: '40',
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

/** A worker that is killed once it says this. */
async function workerKilledAt(sign: string): Promise<TestProcess> {
  const worker = await fleet.startWorker({ LOG_LEVEL: 'debug' });
  await worker.untilPrinted(sign);
  await worker.end('SIGKILL');
  return worker;
}

describe('a document whose process dies each time that it is read', () => {
  test('fails with a sentence after three deaths of which it alone can be the cause, and is named in the log', async () => {
    const jobId = await submit(api.url, { file: slowDocument });
    // In company: whatever ran in that process may have ended it.
    const first = await fleet.startWorker();
    await expect.poll(async () => hasStarted(jobId), { timeout: 30_000 }).toBe(true);
    await first.end('SIGKILL');
    for (let death = 0; death < 3; death++) await workerKilledAt(readAlone);
    const last = await fleet.startWorker();

    expect(await finishedJob(api.url, jobId)).toMatchObject({
      status: 'failed',
      error: 'This document could not be read: the process that reads it ended 3 times while it did.',
    });
    const line = last
      .output()
      .split('\n')
      .find((each) => each.includes('document is poison'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ jobId, deaths: 3 });
  }, 240_000);
});

/** Whether an attempt at drawing the document is under way. */
async function hasStarted(jobId: string): Promise<boolean> {
  const { raw } = await namespace.client.workflow.getHandle(jobId).describe();
  return (raw.pendingActivities ?? []).some(({ lastStartedTime }) => Boolean(lastStartedTime));
}
