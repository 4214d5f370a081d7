import { readdir } from 'node:fs/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWebhookSecret } from '../../../src/webhook/signature.ts';
import { corruptPdf, pdfWithPages } from '../../support/documents.ts';
import { finishedJob, getJob, post, startService, submit, type TestService } from '../../support/service.ts';
import { deliveriesSchema, secretSchema } from '../../support/webhook-answers.ts';
import { startWebhookReceiver, type ReceivedWebhook, type WebhookReceiver } from '../../support/webhook-receiver.ts';

const acme = { 'api-key': 'acme-key' };
const globex = { 'api-key': 'globex-key' };
const given = { 'api-key': 'given-key' };
const givenSecret = createWebhookSecret();
const file = pdfWithPages(['Invoice 4711, amount due 12.00']);

let service: TestService;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  service = await startService({
    API_KEYS: 'acme:acme-key,globex:globex-key,given:given-key',
    WEBHOOK_SECRETS: `given:${givenSecret}`,
    WEBHOOK_TIMEOUT_SECONDS: '2',
    ALLOWED_NETWORKS: '127.0.0.1',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

type Headers = Readonly<Record<string, string>>;

async function submitTo(path: string, headers: Headers = acme, document = file): Promise<string> {
  return submit(service.url, { file: document, headers, fields: { webhook_url: `${receiver.url}${path}` } });
}

async function received(path: string, count: number): Promise<readonly ReceivedWebhook[]> {
  const ofPath = () => receiver.received.filter((webhook) => webhook.path === path);
  await expect.poll(() => ofPath().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
  return ofPath();
}

async function deliveriesOf(jobId: string, headers: Headers = acme) {
  const response = await fetch(`${service.url}/classify/${jobId}/deliveries`, { headers });
  return deliveriesSchema.parse(await response.json()).data;
}

async function logged(jobId: string, count: number, headers: Headers = acme) {
  await expect.poll(async () => (await deliveriesOf(jobId, headers)).length, { timeout: 30_000 }).toBe(count);
  return deliveriesOf(jobId, headers);
}

async function secretOf(headers: Headers): Promise<string> {
  return secretSchema.parse(await (await fetch(`${service.url}/webhook_secret`, { headers })).json()).secret;
}

function sendAgain(jobId: string, headers: Headers = acme): Promise<Response> {
  return fetch(`${service.url}/classify/${jobId}/deliveries`, { method: 'POST', headers });
}

describe('the webhook of a job', () => {
  test('brings the body that GET gives, signed with the secret of the tenant', async () => {
    const jobId = await submitTo('/completed?token=s3cret');

    const [webhook] = await received('/completed?token=s3cret', 1);
    const answer = await fetch(`${service.url}/classify/${jobId}`, { headers: acme });
    expect(webhook?.body).toBe(await answer.text());
    expect(new Webhook(await secretOf(acme)).verify(webhook?.body ?? '', webhook?.headers ?? {})).toMatchObject({
      job_id: jobId,
      status: 'completed',
    });
    expect(webhook?.headers['content-type']).toBe('application/json');
    expect(await logged(jobId, 1)).toMatchObject([{ attempt: 1, status: 204, ok: true, error: null }]);
  });

  test('finds the job finished when the receiver asks back', async () => {
    const jobId = await submitTo('/asks-back');

    await received('/asks-back', 1);

    expect(await getJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
  });

  test('brings a failure', async () => {
    const jobId = await submitTo('/failed', acme, corruptPdf);

    const [webhook] = await received('/failed', 1);
    const answer = await fetch(`${service.url}/classify/${jobId}`, { headers: acme });
    expect(webhook?.body).toBe(await answer.text());
    expect(JSON.parse(webhook?.body ?? '')).toMatchObject({ status: 'failed', result: null });
  });

  test('keeps its address out of the history and out of the log', async () => {
    const jobId = await submitTo('/private?token=s3cret');
    await logged(jobId, 1);

    for (const workflowId of [jobId, `${jobId}-webhook`]) {
      const history = await service.namespace.client.workflow.getHandle(workflowId).fetchHistory();
      const payloads = Array.from(historyToJSON(history).matchAll(/"data":\s*"([^"]*)"/g), ([, data = '']) => data);
      const texts = payloads.map((data) => Buffer.from(data, 'base64').toString());
      expect(texts.join()).toContain('request.json');
      expect(texts.join()).not.toContain('s3cret');
    }
    expect(JSON.stringify(await deliveriesOf(jobId))).not.toContain('s3cret');
  });

  test.each(['ftp://files.example/a', 'nonsense', 'http://localhost:1/', 'http://169.254.169.254/'])(
    'is refused at once when its address is %s',
    async (webhookUrl) => {
      const response = await post(service.url, { file, headers: acme, fields: { webhook_url: webhookUrl } });

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining('webhook_url') });
    },
  );
});

describe('a receiver', () => {
  test('that fails is tried again when it asks to be, with the same id and a fresh signature', async () => {
    receiver.enqueue({ status: 500, headers: { 'retry-after': '7' } });
    const jobId = await submitTo('/retried');

    const [first] = await logged(jobId, 1);
    const webhooks = await received('/retried', 2);
    const [, second] = await logged(jobId, 2);

    expect(first).toMatchObject({ attempt: 1, status: 500, ok: false, error: 'webhook_url answered with HTTP 500.' });
    expect(Date.parse(first?.next_attempt_at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(7000);
    expect(second).toMatchObject({ attempt: 2, status: 204, ok: true });
    expect(Date.parse(second?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.next_attempt_at ?? '') - 50);
    expect(new Set(webhooks.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const verifier = new Webhook(await secretOf(acme));
    for (const { body, headers } of webhooks) expect(verifier.verify(body, headers)).toMatchObject({ job_id: jobId });
  });

  test('that is gone (410) is left alone, until it is asked for again', async () => {
    receiver.enqueue({ status: 410 });
    const jobId = await submitTo('/gone');

    const [attempt] = await logged(jobId, 1);
    await service.namespace.client.workflow.getHandle(`${jobId}-webhook`).result();
    expect(attempt).toMatchObject({ status: 410, ok: false });
    expect(attempt).not.toHaveProperty('next_attempt_at');

    expect((await sendAgain(jobId)).status).toBe(202);
    expect((await logged(jobId, 2))[1]).toMatchObject({ attempt: 2, status: 204, ok: true });
  });

  test('that redirects has failed, and nobody follows', async () => {
    receiver.enqueue({ status: 302, headers: { location: `${receiver.url}/elsewhere` } });
    const jobId = await submitTo('/redirects');

    expect(await logged(jobId, 1)).toMatchObject([{ status: 302, ok: false }]);
    await received('/redirects', 2);
    expect(receiver.received.filter(({ path }) => path === '/elsewhere')).toEqual([]);
  });

  test('that is dead does not delay the job, and is tried again at once on request', async () => {
    receiver.enqueue(null);
    const jobId = await submitTo('/dead');

    expect(await finishedJob(service.url, jobId, acme)).toMatchObject({ status: 'completed' });
    expect(await logged(jobId, 1)).toMatchObject([
      { status: null, ok: false, error: 'webhook_url did not answer within 2 s.' },
    ]);
    await sendAgain(jobId);

    expect((await logged(jobId, 2))[1]).toMatchObject({ ok: true });
  });
});

describe('a job that is deleted', () => {
  test('is told to nobody any more, and no log of it comes back', async () => {
    receiver.enqueue({ status: 500 });
    const jobId = await submitTo('/deleted');
    await logged(jobId, 1);

    await fetch(`${service.url}/classify/${jobId}`, { method: 'DELETE', headers: acme });

    const delivery = service.namespace.client.workflow.getHandle(`${jobId}-webhook`);
    const { status } = await delivery.describe().catch(() => ({ status: { name: 'gone' } }));
    expect(status.name).not.toBe('RUNNING');
    expect(await received('/deleted', 1)).toHaveLength(1);
    const files = await readdir(service.directory, { recursive: true });
    expect(files.filter((name) => name.includes(`jobs/${jobId}/`) && name.includes('deliveries'))).toEqual([]);
  });
});

describe('sending again', () => {
  test('is refused for a job without a webhook', async () => {
    const jobId = await submit(service.url, { file, headers: acme });
    await finishedJob(service.url, jobId, acme);

    const response = await sendAgain(jobId);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: 'This job was submitted without a webhook_url.' });
    expect(await deliveriesOf(jobId)).toEqual([]);
  });

  test('and the log are for the tenant of the job alone', async () => {
    const jobId = await submitTo('/own');
    await logged(jobId, 1);

    expect((await sendAgain(jobId, globex)).status).toBe(404);
    const log = await fetch(`${service.url}/classify/${jobId}/deliveries`, { headers: globex });
    expect(log.status).toBe(404);
  });
});

describe('the secret of a tenant', () => {
  test('can be changed, and the old one is good for a while', async () => {
    const before = await secretOf(globex);
    const response = await fetch(`${service.url}/webhook_secret/rotate`, { method: 'POST', headers: globex });
    const { secret } = secretSchema.parse(await response.json());

    const jobId = await submitTo('/rotated', globex);
    const [webhook] = await received('/rotated', 1);

    expect(secret).not.toBe(before);
    expect(await secretOf(globex)).toBe(secret);
    for (const known of [before, secret]) {
      expect(new Webhook(known).verify(webhook?.body ?? '', webhook?.headers ?? {})).toMatchObject({ job_id: jobId });
    }
    const other = new Webhook(await secretOf(acme));
    expect(() => other.verify(webhook?.body ?? '', webhook?.headers ?? {})).toThrow(/No matching signature/);
  });

  test('that the operator gave signs, and cannot be changed here', async () => {
    const jobId = await submitTo('/given', given);
    const [webhook] = await received('/given', 1);
    const response = await fetch(`${service.url}/webhook_secret/rotate`, { method: 'POST', headers: given });

    expect(await secretOf(given)).toBe(givenSecret);
    expect(new Webhook(givenSecret).verify(webhook?.body ?? '', webhook?.headers ?? {})).toMatchObject({
      job_id: jobId,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('WEBHOOK_SECRETS') });
  });

  test('is shown to nobody without a key', async () => {
    expect((await fetch(`${service.url}/webhook_secret`)).status).toBe(401);
  });
});
