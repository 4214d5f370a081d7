import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createDeliverWebhook, createLogDelivery } from '../../activities/deliver-webhook.ts';
import { storageUnavailable } from '../../src/domain/error-sentences.ts';
import { taskQueues } from '../../src/domain/contract.ts';
import { deliveryWorkflowId, eventIdOf } from '../../src/domain/webhook-event.ts';
import {
  sendAgainSignalName,
  webhookWorkflowId,
  type DeliverWebhookInput,
  type DeliveryAttempt,
} from '../../src/domain/webhook.ts';
import { createGuardedPost } from '../../src/net/guarded-post.ts';
import { createObjectStore } from '../../src/storage/create-store.ts';
import { jobKeys } from '../../src/records/keys.ts';
import { readDeliveries } from '../../src/records/jobs/job-deliveries.ts';
import { createWebhookSecrets } from '../../src/records/webhooks/webhook-secrets.ts';
import { createEndpoint } from '../../src/records/webhooks/webhook-endpoints.ts';
import { readDelivery } from '../../src/records/webhooks/webhook-deliveries.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { hookedStore, type Hook } from '../support/hooked-store.ts';
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

const tenant = 'default';
const isAway = async () => {
  throw storageUnavailable();
};

interface Told {
  readonly store: ObjectStore;
  readonly workflowId: string;
  readonly input: DeliverWebhookInput;
  /** The key of its log. */
  readonly log: RegExp;
  readonly readLog: () => Promise<readonly DeliveryAttempt[]>;
}

async function folderStore(): Promise<ObjectStore> {
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-log-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return createObjectStore({ kind: 'folder', directory });
}

/** The end of a job, for the `webhook_url` that came with it. */
async function toldOfJob(url: string): Promise<Told> {
  const store = await folderStore();
  const jobId = randomUUID();
  const keys = jobKeys(tenant, jobId);
  await store.put(keys.request, Buffer.from(JSON.stringify({ webhookUrl: url })));
  const error = { code: 'internal', detail: 'Failed.' };
  const outcome = { schemaVersion: 1, jobId, createdAt: new Date().toISOString(), error };
  await store.put(keys.result, Buffer.from(JSON.stringify(outcome)));
  return {
    store,
    workflowId: webhookWorkflowId(jobId),
    input: { tenant, jobId, requestKey: keys.request },
    log: /deliveries\.json$/,
    readLog: () => readDeliveries(store, tenant, jobId),
  };
}

/** An event, for an endpoint that was registered. */
async function toldOfEvent(url: string): Promise<Told> {
  const store = await folderStore();
  const enabledEvents = ['classify_run.failed'];
  const given = { url, name: 'Test', enabledEvents, apiVersion: '2026-02-09' };
  const { endpoint } = await createEndpoint(store, tenant, given);
  const eventId = eventIdOf(Date.now(), randomUUID());
  const event = { eventId, eventType: 'classify_run.failed', subject: { kind: 'run', id: randomUUID() } } as const;
  return {
    store,
    workflowId: deliveryWorkflowId(eventId, endpoint.id),
    input: { tenant, endpointId: endpoint.id, event },
    log: /webhook-deliveries\//,
    readLog: async () => (await readDelivery(store, tenant, endpoint.id, eventId)).attempts,
  };
}

/** Delivers with a store that fails at the given steps. `whileItLasts` is done beside it. */
async function deliver({ store, workflowId, input }: Told, hooks: readonly Hook[], whileItLasts?: Work): Promise<void> {
  const hooked = hookedStore(store, ...hooks);
  const options = { allowedNetworks: ['127.0.0.1'], timeoutMs: 5000, resolveHost: async () => [] };
  const deliverWebhook = createDeliverWebhook({
    store: hooked,
    circuits: [],
    postWebhook: createGuardedPost({ ...options, field: 'webhook_url' }),
    postToEndpoint: createGuardedPost({ ...options, field: 'url' }),
    webhookSecrets: createWebhookSecrets({ store, given: new Map(), overlapMs: 0 }),
    toWebhookBody: () => ({ ok: true }),
    eventPayloads: { read: async () => ({ id: 'x', body: { ok: true } }), link: async () => '' },
  });
  const logDelivery = createLogDelivery({ store: hooked, circuits: [] });
  await runner.serve({ deliverWebhook, logDelivery }, async () => {
    const handle = await shared.client.workflow.start('deliverWebhook', {
      workflowId,
      taskQueue: taskQueues.workflow,
      args: [input],
    });
    await whileItLasts?.(handle);
    await handle.result();
  });
}

type Work = (handle: WorkflowHandle) => Promise<unknown>;

describe.each([
  ['the webhook of a job', toldOfJob],
  ['an event for an endpoint', toldOfEvent],
])('%s whose log cannot be written', (_, toldTo) => {
  test('is posted once when it was answered, and logged when the store is back', async () => {
    await using receiver = await startWebhookReceiver();
    const told = await toldTo(`${receiver.url}/told`);
    const away = { step: 'put', when: 'before', key: told.log, act: isAway } as const;

    await deliver(told, [away, away, away]);

    expect(receiver.received).toHaveLength(1);
    expect(await told.readLog()).toMatchObject([{ attempt: 1, status: 204, ok: true }]);
  });

  test('is posted once, too, when the store is away before the log is even looked for', async () => {
    await using receiver = await startWebhookReceiver();
    const told = await toldTo(`${receiver.url}/told`);
    const away = { step: 'get', when: 'before', key: told.log, act: isAway } as const;

    await deliver(told, [away, away]);

    expect(receiver.received).toHaveLength(1);
    expect(await told.readLog()).toMatchObject([{ attempt: 1, status: 204, ok: true }]);
  });

  test('has every attempt in its log, also the first, which could not be written when it was made', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.enqueue({ status: 500 });
    const told = await toldTo(`${receiver.url}/told`);
    const away = { step: 'put', when: 'before', key: told.log, act: isAway } as const;

    await deliver(told, [away, away], async (handle) => {
      await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(1);
      await handle.signal(sendAgainSignalName);
    });

    expect(await told.readLog()).toMatchObject([
      { attempt: 1, status: 500, ok: false },
      { attempt: 2, status: 204, ok: true },
    ]);
  });
});
