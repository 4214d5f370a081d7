import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttemptDeliveryInput, AttemptDeliveryResult } from '../../activities/deliver-webhook.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import { sendAgainSignalName, webhookWorkflowId } from '../../src/domain/webhook.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;
const requestKey = 'tenants/default/jobs/x/request.json';
const input = { webhook: { requestKey } };

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

function deliveryOf(jobId: string) {
  return shared.client.workflow.getHandle(webhookWorkflowId(jobId));
}

/** A receiver that gives these results, one after the other, and remembers what it was asked. */
function deliveries(...results: readonly AttemptDeliveryResult[]) {
  const asked: AttemptDeliveryInput[] = [];
  const queue = [...results];
  const deliverWebhook: Stubs['deliverWebhook'] = async (attempt) => {
    asked.push(attempt);
    return queue.shift() ?? { outcome: 'delivered' };
  };
  return { asked, deliverWebhook };
}

describe('a job with a webhook', () => {
  test('hands its delivery to a run of its own, labelled with the tenant', async () => {
    const { asked, deliverWebhook } = deliveries();

    await runner.run(
      { deliverWebhook },
      async (handle, jobId) => {
        await handle.result();
        await deliveryOf(jobId).result();

        expect(asked).toMatchObject([{ tenant: 'default', jobId, requestKey }]);
        const { typedSearchAttributes } = await deliveryOf(jobId).describe();
        expect(typedSearchAttributes.get(searchAttributeKeys.tenant)).toBe('default');
      },
      input,
    );
  });

  test('tells of its failure', async () => {
    const { asked, deliverWebhook } = deliveries();
    const renderPages = async (): Promise<never> => {
      throw ApplicationFailure.nonRetryable('This PDF is protected by a password.', 'document_encrypted');
    };

    await runner.run(
      { deliverWebhook, renderPages },
      async (handle, jobId) => {
        await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
        await deliveryOf(jobId).result();

        expect(asked).toMatchObject([{ jobId }]);
      },
      input,
    );
  });

  test('tells of its cancellation', async () => {
    const { asked, deliverWebhook } = deliveries();
    const { promise: isJudged, resolve: judging } = Promise.withResolvers<void>();
    const classifyPage = async (): Promise<never> => {
      judging();
      const timer = setInterval(() => Context.current().heartbeat(), 100);
      return await Context.current().cancelled.finally(() => clearInterval(timer));
    };

    await runner.run(
      { deliverWebhook, classifyPage },
      async (handle, jobId) => {
        await isJudged;
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
        await deliveryOf(jobId).result();

        expect(asked).toMatchObject([{ jobId }]);
      },
      input,
    );
  });

  test('is finished although nothing is delivered', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<AttemptDeliveryResult>();

    await runner.run(
      { deliverWebhook: () => released },
      async (handle, jobId) => {
        expect(await handle.result()).toMatchObject({ jobId, classification: 'invoice' });
        release({ outcome: 'delivered' });
        await deliveryOf(jobId).result();
      },
      input,
    );
  });

  test('is refused when the address lies with another tenant', async () => {
    await runner.run(
      {},
      async (handle) => {
        await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'invalid_request' } });
      },
      { webhook: { requestKey: 'tenants/globex/jobs/x/request.json' } },
    );
  });
});

describe('a job without a webhook', () => {
  test('starts no second run', async () => {
    await runner.run({}, async (handle, jobId) => {
      await handle.result();

      await expect(deliveryOf(jobId).describe()).rejects.toThrow(WorkflowNotFoundError);
    });
  });
});

describe('deliverWebhook', () => {
  test('tries again after the time that the attempt gave, until it is delivered', async () => {
    const again = { outcome: 'failed', nextAttemptMs: 10 } as const;
    const { asked, deliverWebhook } = deliveries(again, again);

    await runner.run(
      { deliverWebhook },
      async (_, jobId) => {
        await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(3);
        await deliveryOf(jobId).result();

        const delays = asked.map(({ retryDelayMs = 0 }) => retryDelayMs);
        for (const [index, least] of [5000, 300_000, 1_800_000].entries()) {
          expect(delays[index]).toBeGreaterThanOrEqual(least);
          expect(delays[index]).toBeLessThanOrEqual(least * 1.2);
        }
      },
      input,
    );
  });

  test('ends when the receiver is gone', async () => {
    const { asked, deliverWebhook } = deliveries({ outcome: 'stopped' });

    await runner.run(
      { deliverWebhook },
      async (handle, jobId) => {
        await handle.result();
        await deliveryOf(jobId).result();

        expect(asked).toHaveLength(1);
      },
      input,
    );
  });

  test('ends with the schedule, which is spent by no other attempt', async () => {
    const again = { outcome: 'failed', nextAttemptMs: 5 } as const;
    const results = Array.from({ length: 7 }, () => again);
    const { asked, deliverWebhook } = deliveries(...results, { outcome: 'failed' });

    await runner.run(
      { deliverWebhook },
      async (handle, jobId) => {
        await handle.result();
        await deliveryOf(jobId).result();

        expect(asked.map(({ retryDelayMs }) => retryDelayMs === undefined)).toEqual([
          ...Array.from({ length: 7 }, () => false),
          true,
        ]);
      },
      input,
    );
  });

  test('sends again at once when it is asked to while it waits, and begins the schedule anew', async () => {
    const { asked, deliverWebhook } = deliveries({ outcome: 'failed', nextAttemptMs: 3_600_000 });

    await runner.run(
      { deliverWebhook },
      async (handle, jobId) => {
        await handle.result();
        await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(1);
        await deliveryOf(jobId).signal(sendAgainSignalName);
        await deliveryOf(jobId).result();

        expect(asked).toHaveLength(2);
        expect(asked[1]?.retryDelayMs).toBeLessThan(10_000);
      },
      input,
    );
  });

  test('sends once when the wish to send again is what starts it', async () => {
    const { asked, deliverWebhook } = deliveries();
    const jobId = randomUUID();

    await runner.run({ deliverWebhook }, async () => {
      await shared.client.workflow.signalWithStart('deliverWebhook', {
        workflowId: webhookWorkflowId(jobId),
        taskQueue: 'document-classification',
        args: [{ tenant: 'default', jobId, requestKey }],
        signal: sendAgainSignalName,
      });
      await deliveryOf(jobId).result();
    });

    expect(asked).toHaveLength(1);
  });
});
