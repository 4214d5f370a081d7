import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { corruptPdf, sampleInvoice } from '../../support/documents.ts';
import { freePort } from '../../support/free-ports.ts';
import { installPythonClients, type PythonClients } from '../../support/python-clients.ts';
import { classify, getJob, startService, submit, type TestService } from '../../support/service.ts';

/** They need Python and packages that are installed at the first run: CI asks for them. */
const areAskedFor = process.env['TEST_PYTHON_CLIENTS'] === '1';
const key = 'your-api-key';
const headers = { 'api-key': key };
const corrupt = 'This PDF could not be opened — the file may be corrupt or in an unsupported format.';

describe.runIf(areAskedFor)('a client in Python, written for Unsiloed', { timeout: 90_000 }, () => {
  let clients: PythonClients;
  let service: TestService;

  beforeAll(async () => {
    clients = await installPythonClients();
    service = await startService({ API_KEYS: `acme:${key}`, ALLOWED_NETWORKS: '127.0.0.1' });
  }, 600_000);
  afterAll(() => service[Symbol.asyncDispose]());

  test('reads a result with requests', async () => {
    const { job_id, result } = await classify(service.url, { file: sampleInvoice, headers });

    const lines = await clients.run('read_result.py', service.url, key, job_id);

    expect(lines).toEqual([
      `${job_id} completed, Classification completed`,
      `invoice ${result?.confidence.toFixed(2)}, 2 pages`,
      ...(result?.page_results ?? []).map((page) => `${page.page}: invoice ${page.confidence.toFixed(2)}`),
    ]);
  });

  test('reads why a job failed, and that there is none', async () => {
    const { job_id } = await classify(service.url, { file: corruptPdf, headers });

    expect(await clients.run('read_result.py', service.url, key, job_id)).toEqual([
      `${job_id} failed, Classification failed`,
      corrupt,
    ]);
    expect(await clients.run('read_result.py', service.url, key, 'none')).toEqual(['404: Job not found']);
    expect(await clients.run('read_result.py', service.url, 'wrong', job_id)).toEqual([
      '401: Invalid or missing API key',
    ]);
  });

  test('that polls goes on while a job is queued, of which the older ones know nothing, until it is finished', async () => {
    const settings = { API_KEYS: `acme:${key}`, QUEUES: 'render' };
    const idle = await startService(settings);
    onTestFinished(() => idle[Symbol.asyncDispose]());
    const jobId = await submit(idle.url, { file: sampleInvoice, headers });
    expect(await getJob(idle.url, jobId, headers)).toMatchObject({ status: 'queued' });

    // Started once it has printed what it saw first.
    await using client = await clients.start('poll_result.py', idle.url, key, jobId);
    const { address, namespace } = idle.namespace;
    const worker = await startService({
      ...settings,
      QUEUES: 'workflow,model',
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      DATA_DIR: idle.directory,
    });
    onTestFinished(() => worker[Symbol.asyncDispose]());

    await expect.poll(() => client.lines().at(-1), { timeout: 50_000 }).toBe('done: invoice');
    expect(client.lines()[0]).toBe('queued: Starting classification...');
  });

  test('that polls tells of a failure', async () => {
    const jobId = await submit(service.url, { file: corruptPdf, headers });

    expect((await clients.run('poll_result.py', service.url, key, jobId)).at(-1)).toBe(`failed: ${corrupt}`);
  });

  test('reads a batch at once with aiohttp', async () => {
    const files = [sampleInvoice, corruptPdf, sampleInvoice];
    const jobs = await Promise.all(files.map((file) => classify(service.url, { file, headers })));
    const [one, two, three] = jobs.map(({ job_id }) => job_id);

    const lines = await clients.run('monitor_jobs.py', service.url, key, ...jobs.map(({ job_id }) => job_id));

    expect(lines).toEqual([
      `${one} completed invoice None`,
      `${two} failed None ${corrupt}`,
      `${three} completed invoice None`,
    ]);
  });

  test('receives webhooks with Flask', async () => {
    const port = String(await freePort());
    await using receiver = await clients.start('webhook_receiver.py', port);
    const fields = { webhook_url: `http://127.0.0.1:${port}/classification-webhook` };

    const { result } = await classify(service.url, { file: sampleInvoice, headers, fields });
    await classify(service.url, { file: corruptPdf, headers, fields });

    await expect.poll(() => receiver.lines().length, { timeout: 30_000 }).toBe(3);
    expect(receiver.lines().toSorted()).toEqual([
      `failed: ${corrupt}`,
      'listening',
      `route: invoice ${result?.confidence.toFixed(2)}`,
    ]);
  });
});
