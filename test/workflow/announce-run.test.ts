import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttemptDeliveryInput, AttemptDeliveryResult } from '../../activities/deliver-webhook.ts';
import type { StoreBatchResultInput } from '../../activities/store-batch-result.ts';
import type { StoreResultInput } from '../../activities/store-result.ts';
import { deliveryWorkflowId } from '../../src/domain/webhook-event.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, stubCategories, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;
const events = { classifierId: 'cl_1' };

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

type EventAttempt = Extract<AttemptDeliveryInput, { readonly event: unknown }>;

/** Endpoints that want to hear of the end of the run, and what they were sent. */
function receivers(endpointIds: readonly string[], answer: Promise<AttemptDeliveryResult> | AttemptDeliveryResult) {
  const asked: StoreResultInput[] = [];
  const sent: EventAttempt[] = [];
  const stubs: Pick<Stubs, 'storeResult' | 'deliverWebhook'> = {
    async storeResult(input) {
      asked.push(input);
      const eventType = input.outcome.error ? 'classify_run.failed' : 'classify_run.processed';
      return endpointIds.length === 0 ? {} : { event: { eventType, endpointIds } };
    },
    async deliverWebhook(input) {
      if (!('event' in input)) throw new Error('no event');
      sent.push(input);
      return answer;
    },
  };
  return { asked, sent, stubs };
}

async function delivered(sent: readonly EventAttempt[], count: number): Promise<readonly EventAttempt[]> {
  await expect.poll(() => sent.length, { timeout: 20_000 }).toBe(count);
  for (const { event, endpointId } of sent) {
    await shared.client.workflow.getHandle(deliveryWorkflowId(event.eventId, endpointId)).result();
  }
  return sent;
}

describe('the end of a run that is an event', () => {
  test('is told to each endpoint by a run of its own, with the same event', async () => {
    const { asked, sent, stubs } = receivers(['wh_1', 'wh_2'], { outcome: 'delivered' });

    await runner.run(
      stubs,
      async (handle, jobId) => {
        await handle.result();
        const [first, second] = (await delivered(sent, 2)).toSorted((a, b) => (a.endpointId < b.endpointId ? -1 : 1));

        expect(asked).toMatchObject([{ events }]);
        expect(first).toMatchObject({
          tenant: 'default',
          endpointId: 'wh_1',
          event: {
            eventId: expect.stringMatching(/^event_[0-9a-f]{32}$/),
            eventType: 'classify_run.processed',
            subject: { kind: 'run', id: jobId },
          },
        });
        expect(second).toMatchObject({ endpointId: 'wh_2', event: first?.event });
      },
      { events },
    );
  });

  test('is told of a failure, too', async () => {
    const { sent, stubs } = receivers(['wh_1'], { outcome: 'delivered' });
    const renderPages = async (): Promise<never> => {
      throw ApplicationFailure.nonRetryable('This PDF is protected by a password.', 'document_encrypted');
    };

    await runner.run(
      { ...stubs, renderPages },
      async (handle) => {
        await expect(handle.result()).rejects.toThrow(WorkflowFailedError);

        expect(await delivered(sent, 1)).toMatchObject([{ event: { eventType: 'classify_run.failed' } }]);
      },
      { events },
    );
  });

  test('is asked about when the run was cancelled', async () => {
    const { asked, stubs } = receivers([], { outcome: 'delivered' });
    const { promise: isJudged, resolve: judging } = Promise.withResolvers<void>();
    const classifyPage = async (): Promise<never> => {
      judging();
      const timer = setInterval(() => Context.current().heartbeat(), 100);
      return await Context.current().cancelled.finally(() => clearInterval(timer));
    };

    await runner.run(
      { ...stubs, classifyPage },
      async (handle) => {
        await isJudged;
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow(WorkflowFailedError);

        expect(asked).toMatchObject([{ events, outcome: { error: { code: 'cancelled' } } }]);
      },
      { events },
    );
  });

  test('does not wait for a receiver that does not answer', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<AttemptDeliveryResult>();
    const { sent, stubs } = receivers(['wh_1'], released);

    await runner.run(
      stubs,
      async (handle, jobId) => {
        expect(await handle.result()).toMatchObject({ jobId, classification: 'invoice' });
        release({ outcome: 'delivered' });
        await delivered(sent, 1);
      },
      { events },
    );
  });

  test('is no matter where a worker of an earlier version stored the result', async () => {
    const storeResult: Stubs['storeResult'] = async () => JSON.parse('null');

    await runner.run(
      { storeResult },
      async (handle) => {
        expect(await handle.result()).toMatchObject({ classification: 'invoice' });
      },
      { events },
    );
  });
});

describe('a run whose end is no event', () => {
  test('does not ask for receivers', async () => {
    const { asked, stubs } = receivers([], { outcome: 'delivered' });

    await runner.run(stubs, async (handle) => {
      await handle.result();

      expect(asked).toHaveLength(1);
      expect(asked[0]).not.toHaveProperty('events');
    });
  });

  test('is refused when its events are no object', async () => {
    const input: object = { events: 'all' };

    await runner.run(
      {},
      async (handle) => {
        await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'invalid_request' } });
      },
      input,
    );
  });
});

describe('the end of a batch that is an event', () => {
  const template = { categories: stubCategories, events };

  test('is told to each endpoint, as are the ends of its runs', async () => {
    const { sent, stubs } = receivers(['wh_1'], { outcome: 'delivered' });
    const storeBatchResult: Stubs['storeBatchResult'] = async ({ outcome }) => ({
      event: {
        eventType: `batch_processor_run.${outcome.status === 'failed' ? 'failed' : 'processed'}`,
        endpointIds: ['wh_2'],
      },
    });

    await runner.serve({ ...stubs, storeBatchResult }, async () => {
      const batch = await runner.startBatch({ runCount: 2, template });
      await batch.result();

      const told = (await delivered(sent, 3)).map(({ endpointId, event }) => ({ endpointId, ...event }));
      const ofBatch = told.filter(({ subject }) => subject.kind === 'batch');
      expect(ofBatch).toMatchObject([
        {
          endpointId: 'wh_2',
          eventType: 'batch_processor_run.processed',
          subject: { kind: 'batch', id: batch.workflowId },
        },
      ]);
      expect(told.filter(({ eventType }) => eventType === 'classify_run.processed')).toHaveLength(2);
    });
  });

  test('is asked about with the classifier when it failed', async () => {
    const asked: StoreBatchResultInput[] = [];
    const stubs: Partial<Stubs> = {
      async storeBatchResult(input) {
        asked.push(input);
        return {};
      },
      async prepareRuns() {
        throw ApplicationFailure.nonRetryable('The inputs are gone.', 'document_missing');
      },
    };

    await runner.serve(stubs, async () => {
      const batch = await runner.startBatch({ runCount: 2, template });
      await expect(batch.result()).rejects.toThrow(WorkflowFailedError);

      expect(asked).toMatchObject([{ events, outcome: { status: 'failed' } }]);
    });
  });
});
