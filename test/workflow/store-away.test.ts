import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createStoreResult } from '../../activities/store-result.ts';
import { taskQueues } from '../../src/domain/contract.ts';
import { noProgress } from '../../src/domain/job-operation.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import { webhookWorkflowId } from '../../src/domain/webhook.ts';
import { readOutcome } from '../../src/records/jobs/job-outcome.ts';
import { createObjectStore } from '../../src/storage/create-store.ts';
import { createCircuit } from '../../src/waiting/circuit.ts';
import { resumeRuns } from '../../src/waiting/resume-runs.ts';
import { createWaitingCounter } from '../../src/waiting/waiting-counter.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

const detail = 'The document store cannot be reached. Please try again.';
const since = '2026-11-28T12:03:45.678Z';

interface AwayStore {
  isBack: boolean;
  asked: number;
  /** Fails as an activity does whose circuit is open. */
  meet(): void;
}

function awayStore(): AwayStore {
  return {
    isBack: false,
    asked: 0,
    meet() {
      this.asked += 1;
      if (this.isBack) return;
      const waiting = { code: 'storage_unavailable', detail, waitsFor: 'store', since };
      throw ApplicationFailure.nonRetryable(detail, waiting.code, waiting);
    },
  };
}

async function waitedFor(handle: WorkflowHandle): Promise<string | undefined> {
  return (await handle.describe()).typedSearchAttributes.get(searchAttributeKeys.waitingFor);
}

/** Expects the run to say that it waits for the store, and lets it go on to its end. */
async function outlast(handle: WorkflowHandle, store: AwayStore): Promise<void> {
  await expect.poll(() => waitedFor(handle), { timeout: 20_000 }).toBe('store');
  // A run that waited before shows that until it has heard of the next failure.
  await expect
    .poll(async () => JSON.stringify(await handle.query('__temporal_workflow_metadata')))
    .toContain(`Waiting for the store since 2026-11-28 12:03 UTC: ${detail}`);
  expect((await handle.describe()).memo).toMatchObject({ waiting: { waitsFor: 'store', since, detail } });
  store.isBack = true;
  await handle.signal('goOn');
  await handle.result();
  await expect.poll(() => waitedFor(handle), { timeout: 20_000 }).toBeUndefined();
}

describe('while the store is away', () => {
  test('a job keeps the answer that it has, however short its patience, until it can be stored', async () => {
    const store = awayStore();
    const storeResult: Stubs['storeResult'] = async () => {
      store.meet();
      return {};
    };

    await runner.run(
      { storeResult },
      async (handle) => {
        await outlast(handle, store);
        expect(await handle.result()).toMatchObject({ classification: 'invoice' });
      },
      { patienceSeconds: 0 },
    );
  });

  test('a job that has failed waits to say so, and fails with its own reason', async () => {
    const store = awayStore();
    const stubs: Partial<Stubs> = {
      async storeResult() {
        store.meet();
        return {};
      },
      async renderPages() {
        throw ApplicationFailure.nonRetryable('This PDF is protected by a password.', 'document_encrypted');
      },
    };

    await runner.run(stubs, async (handle) => {
      await expect(outlast(handle, store)).rejects.toMatchObject({ cause: { type: 'document_encrypted' } });
    });
  });

  test('a job that is cancelled meanwhile waits to say so', async () => {
    const store = awayStore();
    const storeResult: Stubs['storeResult'] = async () => {
      store.meet();
      return {};
    };

    await runner.run({ storeResult }, async (handle) => {
      await expect.poll(() => waitedFor(handle), { timeout: 20_000 }).toBe('store');
      const { asked } = store;
      await handle.cancel();
      await expect.poll(() => store.asked, { timeout: 20_000 }).toBeGreaterThan(asked);
      await expect(outlast(handle, store)).rejects.toThrow('Workflow execution cancelled');
    });
  });

  test.each(['its attempt', 'the log of its attempt'])('a webhook waits for %s', async (what) => {
    const store = awayStore();
    const jobId = randomUUID();
    const unlogged = { at: since, status: 204, ok: true, error: null, durationMs: 1 };
    const stubs: Partial<Stubs> = {
      async deliverWebhook() {
        if (what === 'its attempt') store.meet();
        return { outcome: 'delivered', unlogged };
      },
      logDelivery: async () => store.meet(),
    };

    await runner.serve(stubs, async () => {
      const handle = await shared.client.workflow.start('deliverWebhook', {
        workflowId: webhookWorkflowId(jobId),
        taskQueue: taskQueues.workflow,
        args: [{ tenant: 'default', jobId, requestKey: 'tenants/default/jobs/x/request.json' }],
      });
      await outlast(handle, store);
      expect(await handle.result()).toBeUndefined();
    });
  });

  test.each(['its inputs', 'the room for its result'])('a batch waits for %s', async (what) => {
    const store = awayStore();
    const stubs: Partial<Stubs> = {
      async prepareRuns() {
        if (what === 'its inputs') store.meet();
        return { runs: [{ source: { kind: 'inline', base64: 'QQ==' } }] };
      },
      async storeBatchResult() {
        store.meet();
        return {};
      },
    };

    await runner.serve(stubs, async () => {
      const handle = await runner.startBatch({ runCount: 1 });
      await outlast(handle, store);
      expect(await handle.result()).toMatchObject({ counts: { processed: 1 } });
    });
  });

  test.each(['its jobs', 'the room for its result'])('an operation on many jobs waits for %s', async (what) => {
    const store = awayStore();
    const stubs: Partial<Stubs> = {
      async operateOnPage() {
        if (what === 'its jobs') store.meet();
        return noProgress;
      },
      storeOperationResult: async () => store.meet(),
    };

    await runner.serve(stubs, async () => {
      const handle = await runner.startRerun();
      await outlast(handle, store);
      expect(await handle.result()).toMatchObject({ counts: noProgress.counts });
    });
  });

  test('a result that cannot be written shows in /readyz, and is written when its folder is back', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-away-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const folder = join(directory, 'objects');
    const store = createObjectStore({ kind: 'folder', directory: folder });
    await store.check();
    const logger = pino({ level: 'silent' });
    await using circuit = createCircuit({
      waitsFor: 'store',
      check: () => store.check(),
      longestPauseMs: 1000,
      logger,
    });
    const resumer = resumeRuns({ client: shared.client, circuits: [circuit], logger });
    onTestFinished(() => resumer.stop());
    await rename(folder, `${folder}-elsewhere`);

    await runner.run({ storeResult: createStoreResult({ store, circuits: [circuit] }) }, async (handle, jobId) => {
      await expect
        .poll(createWaitingCounter(shared.client), { timeout: 30_000, interval: 1000 })
        .toMatchObject([{ waitsFor: 'store', jobs: 1 }]);
      expect(circuit.fault).toBeDefined();
      await rename(`${folder}-elsewhere`, folder);
      await handle.result();

      expect(await readOutcome(store, 'default', jobId)).toMatchObject({ status: 'completed' });
    });
  });
});
