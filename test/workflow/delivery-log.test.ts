import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createDeliverWebhook } from '../../activities/deliver-webhook.ts';
import { createLogDelivery } from '../../activities/log-delivery.ts';
import { storageUnavailable } from '../../src/domain/error-sentences.ts';
import { webhookWorkflowId } from '../../src/domain/webhook.ts';
import { createGuardedPost } from '../../src/net/guarded-post.ts';
import { createObjectStore } from '../../src/storage/create-store.ts';
import { jobKeys } from '../../src/records/keys.ts';
import { readDeliveries } from '../../src/records/jobs/job-deliveries.ts';
import { createWebhookSecrets } from '../../src/records/webhooks/webhook-secrets.ts';
import { hookedStore } from '../support/hooked-store.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import { createWorkflowRunner, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

describe('a webhook whose log cannot be written', () => {
  test('is posted once when it was answered, and logged when the store is back', async () => {
    await using receiver = await startWebhookReceiver();
    const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-log-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const store = createObjectStore({ kind: 'folder', directory });
    const jobId = randomUUID();
    const keys = jobKeys('default', jobId);
    await store.put(keys.request, Buffer.from(JSON.stringify({ webhookUrl: `${receiver.url}/told` })));
    const error = { code: 'internal', detail: 'Failed.' };
    const outcome = { schemaVersion: 1, jobId, createdAt: new Date().toISOString(), error };
    await store.put(keys.result, Buffer.from(JSON.stringify(outcome)));
    const isAway = async () => {
      throw storageUnavailable();
    };
    const away = { step: 'put', when: 'before', key: /deliveries\.json$/, act: isAway } as const;
    const hooked = hookedStore(store, away, away, away);
    const options = { allowedNetworks: ['127.0.0.1'], timeoutMs: 5000, resolveHost: async () => [] };
    const deliver = createDeliverWebhook({
      store: hooked,
      circuits: [],
      postWebhook: createGuardedPost({ ...options, field: 'webhook_url' }),
      postToEndpoint: createGuardedPost({ ...options, field: 'url' }),
      webhookSecrets: createWebhookSecrets({ store, given: new Map(), overlapMs: 0 }),
      toWebhookBody: () => ({ ok: true }),
      eventPayloads: { read: async () => undefined, link: async () => '' },
    });

    await runner.run(
      { deliverWebhook: deliver, logDelivery: createLogDelivery({ store: hooked, circuits: [] }) },
      async () => {
        const handle = await shared.client.workflow.start('deliverWebhook', {
          workflowId: webhookWorkflowId(jobId),
          taskQueue: 'document-classification',
          args: [{ tenant: 'default', jobId, requestKey: keys.request }],
        });
        await handle.result();
      },
    );

    expect(receiver.received).toHaveLength(1);
    expect(await readDeliveries(store, 'default', jobId)).toMatchObject([{ attempt: 1, status: 204, ok: true }]);
  });
});
