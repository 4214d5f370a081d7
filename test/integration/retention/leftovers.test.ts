import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskQueues } from '../../../src/domain/contract.ts';
import { readOwnOutcome } from '../../../src/records/jobs/job-outcome.ts';
import { jobKeys } from '../../../src/records/keys.ts';
import type { deleteExpiredJobs } from '../../../workflows/index.ts';
import { sampleInvoice } from '../../support/documents.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { classify, finishedJob, startService, submit, type TestService } from '../../support/service.ts';
import { serviceStores } from '../../support/store-kinds.ts';

const tenant = 'default';

describe.each(serviceStores())('what a killed worker wrote behind the deletion of its job, in %s', (_, settings) => {
  let model: OpenAiStandIn;
  let service: TestService;

  beforeAll(async () => {
    model = await startOpenAiStandIn();
    service = await startService({
      ...settings,
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: model.apiKey,
      OPENAI_MODEL: 'stand-in',
    });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
  });

  async function sweep(): Promise<void> {
    await service.namespace.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
      workflowId: `sweep-${randomUUID()}`,
      taskQueue: taskQueues.workflow,
      args: [{ jobDays: 90, uploadDays: 7 }],
    });
  }

  const keysOf = (jobId: string) =>
    Array.fromAsync(service.store.list(jobKeys(tenant, jobId).prefix), ({ key }) => key);

  /** Deletes a finished job, and puts into the store again what its worker had in hand as it was killed. */
  async function deleteUnderItsWorker(jobId: string): Promise<readonly string[]> {
    const own = jobKeys(tenant, jobId);
    const keys = [own.result, own.reasoning(1)];
    const objects = await Promise.all(keys.map((key) => service.store.get(key)));
    expect((await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE' })).ok).toBe(true);
    expect(await keysOf(jobId)).toEqual([]);
    for (const [index, key] of keys.entries())
      await service.store.put(key, Buffer.from(objects[index]?.bytes ?? 'It says "Invoice 4711".'));
    return keys;
  }

  test('is read by nobody, and goes with the next sweep, however young', async () => {
    const { job_id: jobId } = await classify(service.url, { file: sampleInvoice });
    const written = await deleteUnderItsWorker(jobId);

    // What is read where Temporal has forgotten the run, which takes it half a minute.
    expect(await readOwnOutcome(service.store, tenant, jobId)).toBeUndefined();
    expect((await fetch(`${service.url}/classify/${jobId}`)).status).toBe(404);
    expect(await keysOf(jobId)).toEqual(written.toSorted());
    await sweep();

    expect(await keysOf(jobId)).toEqual([]);
  });

  test('stands in the way of nobody who takes the id anew, and takes nothing of theirs', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await submit(service.url, { file: sampleInvoice, headers });
    await finishedJob(service.url, first);
    await deleteUnderItsWorker(first);

    const second = await submit(service.url, { file: sampleInvoice, headers });
    expect(second).toBe(first);
    expect(await finishedJob(service.url, second)).toMatchObject({ status: 'completed' });
    await sweep();

    const { result, request } = jobKeys(tenant, second);
    expect(await keysOf(second)).toEqual(expect.arrayContaining([result, request]));
    expect(await finishedJob(service.url, second)).toMatchObject({ status: 'completed' });
  });
});
