import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readinessSchema } from '../../../src/http/shared/schemas.ts';
import { searchAttributeKeys } from '../../../src/domain/search-attributes.ts';
import { invoiceOrOther, invoiceText } from '../../support/extend-config.ts';
import { errorReply } from '../../support/openai-stand-in/replies.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { finishedJob, startService, submit, type TestService } from '../../support/service.ts';

let model: OpenAiStandIn;
let service: TestService;
let file: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  file = new Uint8Array(await readFile('examples/sample-invoice.pdf'));
  model = await startOpenAiStandIn();
  service = await startService({
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: model.apiKey,
    OPENAI_MODEL: 'stand-in',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

async function readiness(): Promise<z.infer<typeof readinessSchema>> {
  return readinessSchema.parse(await (await fetch(`${service.url}/readyz`)).json());
}

async function submitMany(count: number, fields: Readonly<Record<string, string>> = {}): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => submit(service.url, { file, fields })));
}

function waitingFor(jobId: string): Promise<string | undefined> {
  const handle = service.namespace.client.workflow.getHandle(jobId);
  return handle
    .describe()
    .then(({ typedSearchAttributes }) => typedSearchAttributes.get(searchAttributeKeys.waitingFor));
}

describe('jobs whose model refuses the key', () => {
  test('fail not, ask nothing of it meanwhile, and are all done soon after the key is right', async () => {
    model.replyAlways(errorReply(401));
    const since = Date.now();
    const jobs = await submitMany(24);
    for (const jobId of jobs) await expect.poll(() => waitingFor(jobId), { timeout: 30_000 }).toBe('model');
    await expect
      .poll(async () => (await readiness()).waiting)
      .toMatchObject([{ for: 'model', jobs: 24, reason: expect.stringContaining('OPENAI_API_KEY') }]);
    const { status, waiting } = await readiness();
    const asked = model.requests.length;

    model.replyAlways(undefined);
    const ended = await Promise.all(jobs.map((jobId) => finishedJob(service.url, jobId)));

    expect(status).toBe('ok');
    expect(Date.parse(waiting?.[0]?.since ?? '')).toBeGreaterThanOrEqual(since);
    expect(ended.map((job) => job.status)).toEqual(jobs.map(() => 'completed'));
    expect(asked).toBeLessThanOrEqual(16);
    expect(await waitingFor(jobs[0] ?? '')).toBeUndefined();
  });

  test('fail when their own patience ends, and are cancelled at once', async () => {
    model.replyAlways(errorReply(404, { code: 'model_not_found' }));
    const [impatient = '', patient = ''] = [
      ...(await submitMany(1, { patience_seconds: '2' })),
      ...(await submitMany(1)),
    ];

    expect(await finishedJob(service.url, impatient)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^The job gave up after waiting 2 seconds for the model\. .*OPENAI_MODEL/),
    });
    await expect.poll(() => waitingFor(patient)).toBe('model');
    expect(await (await fetch(`${service.url}/classify/${patient}`)).json()).toMatchObject({
      status: 'processing',
      progress: expect.stringMatching(
        /^Waiting for the model \(since \d{4}-\d\d-\d\d \d\d:\d\d UTC\): it is set up wrongly$/,
      ),
      error: null,
    });
    await fetch(`${service.url}/classify/${patient}/cancel`, { method: 'POST' });
    expect(await finishedJob(service.url, patient)).toMatchObject({
      status: 'failed',
      error: 'Classification was cancelled',
    });
    model.replyAlways(undefined);
  });

  test('tell the clients of Extend of the end of their patience as a fault of no caller, with the sentence', async () => {
    model.replyAlways(errorReply(404, { code: 'model_not_found' }));
    const run = { file: { text: invoiceText }, config: invoiceOrOther, patienceSeconds: 1 };
    const headers = { 'content-type': 'application/json', 'x-extend-api-version': '2026-02-09' };
    const created = await fetch(`${service.url}/classify_runs`, { method: 'POST', headers, body: JSON.stringify(run) });
    const { id } = z.object({ id: z.string() }).parse(await created.json());
    const read = async (): Promise<unknown> => (await fetch(`${service.url}/classify_runs/${id}`, { headers })).json();

    await expect.poll(read, { timeout: 30_000 }).toMatchObject({
      status: 'FAILED',
      failureReason: 'INTERNAL_ERROR',
      failureMessage: expect.stringMatching(/^The job gave up after waiting 1 second for the model\. .*OPENAI_MODEL/),
    });
    // For the tests that follow: the model is there again.
    model.replyAlways(undefined);
    const [later = ''] = await submitMany(1);
    await finishedJob(service.url, later);
  });

  test('hear of a patience that is out of bounds', async () => {
    await expect(submitMany(1, { patience_seconds: '1.5' })).rejects.toThrow(/patience_seconds must be a whole number/);
    await expect(submitMany(1, { patience_seconds: '86401' })).rejects.toThrow(/from 0 to 86400; got \\"86401\\"/);
  });
});

/** Last, because a worker that was told to come back tomorrow looks again in minutes. */
describe("jobs whose provider's limit is reached", () => {
  test('wait where all can see it, ask as good as nothing, and end with their patience', async () => {
    const message = 'Rate limit reached for requests per day (RPD): Limit 200. Please try again in 7h12m.';
    model.replyAlways(errorReply(429, { message, code: 'rate_limit_exceeded' }));
    const before = model.requests.length;
    // Longer than several looks at what waits, of which the probe trusts each for 5 s.
    const jobs = await submitMany(6, { patience_seconds: '20' });

    await expect.poll(() => waitingFor(jobs[0] ?? '')).toBe('model');
    await expect
      .poll(async () => (await readiness()).waiting)
      .toMatchObject([{ for: 'model', reason: expect.stringContaining('it says to come back at') }]);

    for (const job of await Promise.all(jobs.map((jobId) => finishedJob(service.url, jobId)))) {
      expect(job).toMatchObject({
        status: 'failed',
        error: expect.stringMatching(/gave up after waiting 20 seconds for the model\. .*limit of requests is reached/),
      });
    }
    expect(model.requests.length - before).toBeLessThanOrEqual(16);
  });
});
