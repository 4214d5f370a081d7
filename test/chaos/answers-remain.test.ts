import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { classify, finishedJob, getJob, submit, type JobAnswer } from '../support/service.ts';
import { allFinished, sample, submitMany } from './client.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';
import { answerAtOnce, modelSettings } from './model.ts';

let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;
let api: ApiProcess;
/** One completed and one failed job whose deletion from Temporal is under way. */
let finished: readonly JobAnswer[];

beforeAll(async () => {
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({ ...temporalSettings(namespace), ...modelSettings(model) });
  [api] = await Promise.all([fleet.startApi(), fleet.startWorker()]);
  const corrupt = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(512, 'x')]);
  finished = await Promise.all([classify(api.url, { file: sample }), classify(api.url, { file: corrupt })]);
  await Promise.all(finished.map(({ job_id }) => endRetention(job_id)));
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

/** Asks the server to forget a run, as it does by itself at the end of its retention. It takes its time over it. */
async function endRetention(workflowId: string): Promise<void> {
  const workflowExecution = { workflowId };
  await namespace.client.workflowService.deleteWorkflowExecution({ namespace: namespace.namespace, workflowExecution });
}

test('an accepted job has its answer although the API was killed right after 202', async () => {
  const jobIds = await submitMany(api.url, 5);

  await api.end('SIGKILL');

  // Who reads now gets no answer at all, rather than a wrong one.
  await expect(fetch(`${api.url}/classify/${jobIds[0]}`)).rejects.toThrow('fetch failed');
  api = await fleet.startApi();
  for (const job of await allFinished(api.url, jobIds)) {
    expect(job).toMatchObject({ status: 'completed', result: { classification: 'invoice', processed_pages: 2 } });
  }
});

test('an API that is asked to stop ends cleanly, and the job goes on', async () => {
  const jobId = await submit(api.url, { file: sample });

  await api.end('SIGTERM');

  expect(await api.exited).toEqual({ code: 0, signal: null });
  api = await fleet.startApi();
  expect((await finishedJob(api.url, jobId)).status).toBe('completed');
});

test("a completed and a failed job read the same after Temporal's retention", async () => {
  for (const { job_id } of finished) {
    await vi.waitFor(
      () => expect(namespace.client.workflow.getHandle(job_id).describe()).rejects.toThrow(WorkflowNotFoundError),
      { timeout: 90_000, interval: 500 },
    );
  }

  expect(finished.map(({ status }) => status)).toEqual(['completed', 'failed']);
  // This API was started after them and remembers neither.
  for (const job of finished) expect(await getJob(api.url, job.job_id)).toEqual(job);
}, 120_000);

test('a job that never was stays a 404', async () => {
  const response = await fetch(`${api.url}/classify/00000000-0000-4000-8000-000000000000`);

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'not_found', detail: 'Job not found' });
});
