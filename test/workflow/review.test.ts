import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobProgress, ReviewFacts } from '../../src/domain/contract.ts';
import { reviewUpdateName, type ReviewAnswer } from '../../src/domain/review.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import type { classifyDocument } from '../../workflows/index.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { answer, createWorkflowRunner, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;
/** Both pages say `invoice`, and are not sure. */
const unsure: Partial<Stubs> = { classifyPage: async (page) => answer(page, 'invoice', 0.6) };
const review = { belowConfidence: 0.8 };

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

type Run = WorkflowHandle<typeof classifyDocument>;

async function untilItWaits(run: Run): Promise<void> {
  await expect
    .poll(() => run.query<JobProgress>('progress'), { timeout: 20_000 })
    .toEqual({ stage: 'waiting-for-review', pagesDone: 2, pagesTotal: 2 });
}

function say(run: Run, args: ReviewAnswer): Promise<ReviewFacts> {
  return run.executeUpdate<ReviewFacts, [ReviewAnswer]>(reviewUpdateName, { args: [args] });
}

async function refusalOf(update: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await update.catch((failure: unknown) => failure);
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type === 'invalid_request') return cause.message;
  throw new Error(`it was not refused: ${String(error)}`);
}

describe('a run that asks for a review', () => {
  test('waits for a person, whose word is its result then', async () => {
    await runner.run(
      unsure,
      async (run, jobId) => {
        await untilItWaits(run);
        const facts = await say(run, { classification: 'letter' });
        const result = await run.result();

        const initial = { classification: 'invoice', confidence: 0.6 };
        expect(facts).toEqual({ reviewedAt: expect.any(String), isEdited: true, initial });
        expect(result).toMatchObject({ classification: 'letter', confidence: 1, review: facts });
        expect(runner.outcomes.get(jobId)?.outcome.result).toEqual(result);
        const { typedSearchAttributes } = await run.describe();
        expect(typedSearchAttributes.get(searchAttributeKeys.classification)).toBe('letter');
      },
      { review },
    );
  });

  test('keeps its own confidence where the person agrees with it', async () => {
    await runner.run(
      unsure,
      async (run) => {
        await untilItWaits(run);
        await say(run, { classification: 'invoice' });

        expect(await run.result()).toMatchObject({
          classification: 'invoice',
          confidence: 0.6,
          review: { isEdited: false },
        });
      },
      { review },
    );
  });

  test('can be found while it waits, by what it would answer', async () => {
    await runner.run(
      unsure,
      async (run) => {
        await untilItWaits(run);

        const { typedSearchAttributes, status } = await run.describe();
        expect(status.name).toBe('RUNNING');
        expect(typedSearchAttributes.get(searchAttributeKeys.classification)).toBe('invoice');
        expect(typedSearchAttributes.get(searchAttributeKeys.confidence)).toBe(0.6);
        await say(run, { classification: 'invoice' });
      },
      { review },
    );
  });

  test('goes on with its own answer when nobody came in time', async () => {
    const result = await runner.run(unsure, (run) => run.result(), {
      review: { belowConfidence: 0.8, timeoutSeconds: 0.5 },
    });

    expect(result).toMatchObject({ classification: 'invoice', confidence: 0.6 });
    expect(result.review).toBeUndefined();
  });

  test('does not wait when it is sure enough', async () => {
    const result = await runner.run({}, (run) => run.result(), { review });

    expect(result.review).toBeUndefined();
  });

  test('refuses an answer that is none of its categories, and goes on waiting', async () => {
    await runner.run(
      unsure,
      async (run) => {
        await untilItWaits(run);

        expect(await refusalOf(say(run, { classification: 'recipe' }))).toBe(
          'classification must be one of "invoice", "letter"',
        );
        expect(await refusalOf(say(run, { classification: 'letter', confidence: 2 }))).toContain('from 0 to 1');
        await untilItWaits(run);
        await say(run, { classification: 'letter' });
      },
      { review },
    );
  });

  test('is cancelled while it waits', async () => {
    await runner.run(
      unsure,
      async (run, jobId) => {
        await untilItWaits(run);
        await run.cancel();
        await run.result().catch(() => undefined);

        expect(runner.outcomes.get(jobId)?.outcome.error?.code).toBe('cancelled');
      },
      { review },
    );
  });

  test.each([
    [{ belowConfidence: 1.5 }, 'review.belowConfidence must be a number from 0 to 1'],
    [{ belowConfidence: 0.5, timeoutSeconds: 0 }, 'review.timeoutSeconds must be a number above 0, at most 2592000'],
  ])('is refused with a policy that makes no sense: %j', async (policy, sentence) => {
    const failure = await runner.run({}, (run) => run.result().catch((error: unknown) => error), { review: policy });

    expect(failure).toMatchObject({ cause: { type: 'invalid_request', message: sentence } });
  });
});

describe('a run that waits for nobody', () => {
  test('refuses a review at once', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: judged, resolve: isJudged } = Promise.withResolvers<void>();
    const stubs: Partial<Stubs> = {
      async classifyPage(page) {
        isJudged();
        await held;
        return answer(page);
      },
    };

    await runner.run(stubs, async (run) => {
      await judged;

      expect(await refusalOf(say(run, { classification: 'letter' }))).toBe('This run does not wait for a review.');
      release();
    });
  });
});
