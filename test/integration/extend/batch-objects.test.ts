import { randomUUID } from 'node:crypto';
import type { Extend, ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskQueues } from '../../../src/domain/contract.ts';
import type { DeletedCounts } from '../../../src/domain/retention.ts';
import { batchKeys, jobsPrefix } from '../../../src/records/keys.ts';
import type { deleteExpiredJobs } from '../../../workflows/index.ts';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ExtendClient;
let classifierId: string;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
  acme = extendClient(service.url, 'acme-key');
  const classifications = [{ id: 'other', type: 'other', description: 'any document' }];
  classifierId = (await acme.classifiers.create({ name: 'Mail', config: { classifications } })).id;
});
afterAll(() => service[Symbol.asyncDispose]());

async function finishedBatch(inputs: Extend.ClassifyRunsCreateBatchRequestInputsItem[]): Promise<string> {
  const { id } = await acme.classifyRuns.createBatch({ classifier: { id: classifierId }, inputs });
  await expect.poll(async () => (await acme.batchRuns.get(id)).status, { timeout: 30_000 }).toBe('PROCESSED');
  return id;
}

async function storedBelow(prefix: string): Promise<string> {
  const objects = await Array.fromAsync(service.store.list(prefix));
  const bodies = objects.map(async ({ key }) => Buffer.from((await service.store.get(key))?.bytes ?? []).toString());
  return (await Promise.all(bodies)).join('\n');
}

/** Of all that is finished, however short ago. */
function sweep(): Promise<DeletedCounts> {
  return service.namespace.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
    workflowId: `sweep-${randomUUID()}`,
    taskQueue: taskQueues.workflow,
    args: [{ jobDays: 1e-8 }],
  });
}

describe('what the store holds of a batch', () => {
  test('is no text of its documents once it is over, so that a run that is deleted leaves nothing', async () => {
    const id = await finishedBatch([{ file: { text: 'a secret text' } }]);
    const [run] = (await acme.classifyRuns.list({ batchId: id })).data;
    expect(await storedBelow('tenants/acme/')).toContain('a secret text');

    await acme.classifyRuns.delete(run?.id ?? '');

    expect(await storedBelow('tenants/acme/')).not.toContain('a secret text');
    expect(await acme.batchRuns.get(id)).toMatchObject({ status: 'PROCESSED', runCount: 1 });
  });

  test('never is the password of a document as it came', async () => {
    const body = {
      classifier: { id: classifierId },
      inputs: [{ file: { base64: 'SGVsbG8=', settings: { password: 'open sesame' } } }],
    };
    const response = await fetch(`${service.url}/classify_runs/batch`, {
      method: 'POST',
      headers: { authorization: 'Bearer acme-key', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

    expect(response.status).toBe(200);
    expect(await storedBelow('tenants/acme/')).not.toContain('open sesame');
  });

  test('is deleted with its runs when their time is over', async () => {
    const id = await finishedBatch([{ file: { text: 'one' } }, { file: { text: 'two' } }]);
    const closed = async () =>
      (await service.namespace.client.workflow.count(`Batch = '${id}' AND ExecutionStatus = 'Completed'`)).count;
    await expect.poll(closed, { timeout: 20_000 }).toBe(3);

    expect((await sweep()).executions).toBeGreaterThanOrEqual(3);

    expect(await storedBelow(batchKeys('acme', id).prefix)).toBe('');
    expect(await storedBelow(jobsPrefix('acme'))).not.toContain(id);
    expect(await extendErrorOf(acme.batchRuns.get(id))).toMatchObject({ status: 404 });
  });

  test('is deleted also when Temporal has forgotten the batch', async () => {
    const forgotten = batchKeys('acme', 'bpr_0198c7e2a4b01f3c9d5e7a8b0c1d2e3f');
    await service.store.put(forgotten.request, Buffer.from('{}'));
    await service.store.put(forgotten.result, Buffer.from('{}'));

    expect((await sweep()).storedJobs).toBe(1);

    expect(await storedBelow(forgotten.prefix)).toBe('');
  });
});
