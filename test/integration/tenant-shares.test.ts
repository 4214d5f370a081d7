import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { sampleInvoice as document } from '../support/documents.ts';
import { finishedJob, startService, submit, type TestService } from '../support/service.ts';
import { startSlowServer, type SlowServer } from '../support/slow-server.ts';

const acme = { 'api-key': 'key-of-acme' };
const globex = { 'api-key': 'key-of-globex' };
const slots = 4;

let service: TestService;

beforeAll(async () => {
  service = await startService({
    API_KEYS: 'acme:key-of-acme,globex:key-of-globex',
    ALLOWED_NETWORKS: '127.0.0.1',
    FETCH_CONCURRENCY: String(slots),
    WEBHOOK_CONCURRENCY: String(slots),
  });
});
afterAll(() => service[Symbol.asyncDispose]());

/** Until the end of the test. */
async function serve(answer: (response: ServerResponse) => void): Promise<SlowServer> {
  const server = await startSlowServer(answer);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

function submitAll(count: number, fields: Readonly<Record<string, string>>): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => submit(service.url, { headers: acme, fields })));
}

test("a tenant's slow sources hold no more than its share, while another's are fetched; none of them is lost", async () => {
  const source = await serve((response) => response.end(document));
  const slow = await submitAll(3 * slots, { file_url: `${source.url}/slow.pdf` });
  await vi.waitFor(() => expect(source.waiting.size).toBe(slots / 2), { timeout: 20_000 });

  const other = await submit(service.url, { headers: globex, fields: { file_url: `${source.url}/other.pdf` } });

  expect(await finishedJob(service.url, other, globex)).toMatchObject({ status: 'completed' });
  expect(source.waiting.size).toBe(slots / 2);
  source.release();
  for (const each of slow) expect(await finishedJob(service.url, each, acme)).toMatchObject({ status: 'completed' });
  expect(source.most()).toBe(slots / 2);
});

test("a tenant's dead receivers hold no more than its share, while another's webhook is delivered", async () => {
  const source = await serve((response) => void response.end(document));
  const receiver = await serve((response) => response.writeHead(204).end());
  const delivered = Promise.withResolvers<void>();
  const other = await serve((response) => {
    response.writeHead(204).end();
    delivered.resolve();
  });
  await submitAll(3 * slots, { file_url: source.url, webhook_url: `${receiver.url}/slow` });
  await vi.waitFor(() => expect(receiver.waiting.size).toBe(slots / 2), { timeout: 20_000 });

  await submit(service.url, { headers: globex, fields: { file_url: source.url, webhook_url: other.url } });

  await delivered.promise;
  expect(receiver.most()).toBe(slots / 2);
});

test('an attempt that waited for its turn is not counted among those that a source may fail', async () => {
  let failures = 4;
  const slow = await serve((response) => response.end(document));
  const failing = await serve((response) => {
    failures -= 1;
    if (failures >= 0) response.writeHead(503, { 'retry-after': '1' }).end();
    else response.end(document);
  });
  await submitAll(slots / 2, { file_url: `${slow.url}/slow.pdf` });
  await vi.waitFor(() => expect(slow.waiting.size).toBe(slots / 2), { timeout: 20_000 });
  const job = await submit(service.url, { headers: acme, fields: { file_url: failing.url } });
  const handle = service.namespace.client.workflow.getHandle(job);
  await vi.waitFor(
    async () => {
      const { raw } = await handle.describe();
      expect(raw.pendingActivities?.[0]).toMatchObject({
        attempt: expect.toSatisfy((attempt: number) => attempt > 1),
        lastFailure: { message: expect.stringContaining('waits for its turn') },
      });
    },
    { timeout: 20_000 },
  );

  slow.release();

  // The fifth failure would be the last.
  expect(await finishedJob(service.url, job, acme)).toMatchObject({ status: 'completed' });
});
