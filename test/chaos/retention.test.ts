import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WorkflowNotFoundError } from '@temporalio/client';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { freePort } from '../support/free-ports.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { classify, getJob, type JobAnswer } from '../support/service.ts';
import { sample } from './client.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';
import { answerAtOnce, modelSettings } from './model.ts';

let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;
let api: ApiProcess;
let finished: readonly JobAnswer[];

/** Ends the retention of a job early. The server takes up to half a minute until it has forgotten it. */
async function forget({ job_id: workflowId }: JobAnswer): Promise<void> {
  const { client } = namespace;
  const workflowExecution = { workflowId };
  await client.workflowService.deleteWorkflowExecution({ namespace: namespace.namespace, workflowExecution });
  await vi.waitFor(
    () => expect(client.workflow.getHandle(workflowId).describe()).rejects.toThrow(WorkflowNotFoundError),
    { timeout: 90_000, interval: 500 },
  );
}

beforeAll(async () => {
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({ ...temporalSettings(namespace), ...modelSettings(model) });
  api = await fleet.startApi();
  await fleet.startWorker();
  const corrupt = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(512, 'x')]);
  finished = await Promise.all([classify(api.url, { file: sample }), classify(api.url, { file: corrupt })]);
  await Promise.all(finished.map(forget));
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

test('a completed and a failed job read the same after Temporal has forgotten them', async () => {
  // Another process, which remembers neither.
  const other = await fleet.startApi({ PORT: String(await freePort()) });

  expect(finished.map(({ status }) => status)).toEqual(['completed', 'failed']);
  for (const job of finished) expect(await getJob(other.url, job.job_id)).toEqual(job);
});

test('a job that never was stays a 404', async () => {
  const response = await fetch(`${api.url}/classify/00000000-0000-4000-8000-000000000000`);

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'not_found', detail: 'Job not found' });
});
