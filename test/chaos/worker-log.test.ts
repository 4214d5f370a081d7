import { openAsBlob } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { finishedJob, submit } from '../support/service.ts';
import { createFleet, type Fleet } from './fleet.ts';

/** Drawing it never ends. */
const endless = await openAsBlob(fileURLToPath(new URL('../fixtures/nested-states.pdf', import.meta.url)));

const lineSchema = z.object({ msg: z.string(), jobId: z.string().optional() });

let namespace: TestNamespace;
let fleet: Fleet;

beforeAll(async () => {
  namespace = await createNamespace();
  fleet = await createFleet({ ...temporalSettings(namespace), RENDER_PAGE_TIMEOUT_SECONDS: '1' });
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

test('a worker names the job in whatever it logs while it works for it, also of the process that it had to kill', async () => {
  const api = await fleet.startApi();
  const worker = await fleet.startWorker();
  const jobId = await submit(api.url, { file: endless });
  await finishedJob(api.url, jobId);
  await worker.end('SIGTERM');

  const lines = worker
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => lineSchema.parse(JSON.parse(line)));

  expect(lines.filter(({ msg }) => msg === 'job in child process failed').map((line) => line.jobId)).toEqual([jobId]);
  expect(lines.find(({ msg }) => msg === 'worker stopping')).not.toHaveProperty('jobId');
});
