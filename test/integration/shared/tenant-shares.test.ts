import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { sampleInvoice as document } from '../../support/documents.ts';
import { finishedJob, startService, submit, type TestService } from '../../support/service.ts';
import { startSlowServer, type SlowServer } from '../../support/slow-server.ts';

const acme = { 'api-key': 'key-of-acme' };
const globex = { 'api-key': 'key-of-globex' };
const slots = 8;
/** Of one tenant, and within it of one host. */
const share = slots / 4;

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
  const slow: string[] = [];
  const sources: SlowServer[] = [];
  // Each host its share of what the tenant's other hosts leave, until the tenant has its own.
  for (const shareOfHost of [share, share / 2, share / 2]) {
    const source = await serve((response) => response.end(document));
    slow.push(...(await submitAll(share + 1, { file_url: `${source.url}/slow.pdf` })));
    await vi.waitFor(() => expect(source.waiting.size).toBe(shareOfHost), { timeout: 20_000 });
    sources.push(source);
  }
  const honest = await serve((response) => response.end(document));

  const own = await submit(service.url, { headers: acme, fields: { file_url: honest.url } });
  const other = await submit(service.url, { headers: globex, fields: { file_url: honest.url } });

  expect(await finishedJob(service.url, other, globex)).toMatchObject({ status: 'completed' });
  const { raw } = await service.namespace.client.workflow.getHandle(own).describe();
  expect(raw.pendingActivities?.[0]?.lastFailure?.message).toContain('its tenant has its share');
  expect(sources.map(({ waiting }) => waiting.size)).toEqual([share, share / 2, share / 2]);
  for (const source of sources) source.release();
  for (const each of [...slow, own])
    expect(await finishedJob(service.url, each, acme)).toMatchObject({ status: 'completed' });
});

test("a tenant's dead receivers hold no more than its share, while another's webhook is delivered", async () => {
  const source = await serve((response) => void response.end(document));
  const receiver = await serve((response) => response.writeHead(204).end());
  const delivered = Promise.withResolvers<void>();
  const other = await serve((response) => {
    response.writeHead(204).end();
    delivered.resolve();
  });
  await submitAll(2 * slots, { file_url: source.url, webhook_url: `${receiver.url}/slow` });
  await vi.waitFor(() => expect(receiver.waiting.size).toBe(share), { timeout: 20_000 });

  await submit(service.url, { headers: globex, fields: { file_url: source.url, webhook_url: other.url } });

  await delivered.promise;
  expect(receiver.most()).toBe(share);
});

test("a tenant's own document comes from another host while its slow one has its share", async () => {
  const source = await serve((response) => response.end(document));
  const honest = await serve((response) => response.end(document));
  const slow = await submitAll(2 * slots, { file_url: `${source.url}/slow.pdf` });
  await vi.waitFor(() => expect(source.waiting.size).toBe(share), { timeout: 20_000 });

  const own = await submit(service.url, { headers: acme, fields: { file_url: honest.url } });

  expect(await finishedJob(service.url, own, acme)).toMatchObject({ status: 'completed' });
  expect(source.waiting.size).toBe(share);
  source.release();
  for (const each of slow) expect(await finishedJob(service.url, each, acme)).toMatchObject({ status: 'completed' });
});

test("a tenant's webhook is delivered to another host while its dead receiver has its share", async () => {
  const source = await serve((response) => void response.end(document));
  const receiver = await serve((response) => response.writeHead(204).end());
  const delivered = Promise.withResolvers<void>();
  const other = await serve((response) => {
    response.writeHead(204).end();
    delivered.resolve();
  });
  await submitAll(2 * slots, { file_url: source.url, webhook_url: `${receiver.url}/slow` });
  await vi.waitFor(() => expect(receiver.waiting.size).toBe(share), { timeout: 20_000 });

  await submit(service.url, { headers: acme, fields: { file_url: source.url, webhook_url: other.url } });

  await delivered.promise;
  expect(receiver.most()).toBe(share);
});

test('an attempt that waited for its turn is not counted among those that a source may fail', async () => {
  let failures = 4;
  const source = await serve((response) => {
    if (response.req.url === '/failing.pdf') failures -= 1;
    if (response.req.url !== '/failing.pdf' || failures < 0) response.end(document);
    else response.writeHead(503, { 'retry-after': '1' }).end();
  });
  await submitAll(share, { file_url: `${source.url}/slow.pdf` });
  await vi.waitFor(() => expect(source.waiting.size).toBe(share), { timeout: 20_000 });
  const [job = ''] = await submitAll(1, { file_url: `${source.url}/failing.pdf` });
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

  source.release();

  // The fifth failure would be the last.
  expect(await finishedJob(service.url, job, acme)).toMatchObject({ status: 'completed' });
});
