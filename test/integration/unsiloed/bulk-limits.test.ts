import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../../src/http/shared/schemas.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;

beforeAll(async () => {
  // Nothing serves the queue of the workflows: what is started stays under way.
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key', MAX_OPERATIONS: '2', QUEUES: 'render' });
});
afterAll(() => service[Symbol.asyncDispose]());

const everyJob = { filter: { created_after: '2026-01-01' } };

function post(path: string, tenant: string, body: object): Promise<Response> {
  const headers = { 'api-key': `${tenant}-key`, 'content-type': 'application/json' };
  return fetch(`${service.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

const idOf = async (response: Response) => z.looseObject({ id: z.string() }).parse(await response.json()).id;

describe('operations on many jobs', () => {
  test.each(['/reruns', '/cancellations', '/deletions'])('of %s that come at once are one', async (path) => {
    const body = { filter: { created_after: '2026-02-01' } };
    const answers = await Promise.all(Array.from({ length: 4 }, () => post(path, 'globex', body)));
    const ids = await Promise.all(answers.map(idOf));

    expect(new Set(ids).size).toBe(1);
    await service.namespace.client.workflow.getHandle(ids[0] ?? '').terminate();
  });

  test('of one tenant are under way at a time as many as MAX_OPERATIONS says, and no tenant waits for another', async () => {
    const first = await idOf(await post('/reruns', 'acme', everyJob));
    await idOf(await post('/deletions', 'acme', everyJob));
    const third = () => post('/cancellations', 'acme', everyJob);
    const { client } = service.namespace;
    const running = `ExecutionStatus = 'Running' AND Tenant = 'acme'`;
    await expect.poll(async () => (await client.workflow.count(running)).count, { timeout: 20_000 }).toBe(2);

    const refused = await third();

    expect(refused.status).toBe(429);
    expect(problemSchema.parse(await refused.json())).toMatchObject({
      code: 'rate_limited',
      detail: '2 operations on many jobs are under way, and more than 2 may not be. Wait for one to end, or cancel it.',
    });
    expect(await idOf(await post('/reruns', 'acme', everyJob))).toBe(first);
    expect((await post('/cancellations', 'globex', everyJob)).status).toBe(202);
    await client.workflow.getHandle(first).terminate();
    await expect.poll(async () => (await third()).status, { timeout: 20_000 }).toBe(202);
  });
});
