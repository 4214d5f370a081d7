import { Context } from '@temporalio/activity';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobProgress, StoredDocument } from '../../src/domain/contract.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import type { classifyDocument } from '../../workflows/index.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import {
  answer,
  createWorkflowRunner,
  rendered,
  storedDocument,
  type Stubs,
  type WorkflowRunner,
} from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

async function failureOf(handle: WorkflowHandle<typeof classifyDocument>): Promise<ApplicationFailure> {
  const error: unknown = await handle.result().catch((failure: unknown) => failure);
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw new Error(`no application failure: ${String(error)}`);
}

/** The activities that cost a task of their own, in the order in which they were scheduled. */
async function activitiesOf(handle: WorkflowHandle<typeof classifyDocument>): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
}

describe('classifyDocument', () => {
  test('gives the vote of its pages, stores it and labels the run for the operator', async () => {
    const stubs: Partial<Stubs> = {
      classifyPage: async (input) => (input.page.pageNumber === 1 ? answer(input, 'letter', 0.4) : answer(input)),
    };

    await runner.run(stubs, async (handle, jobId) => {
      const result = await handle.result();

      expect(result).toMatchObject({ jobId, classification: 'invoice', confidence: 0.9, classifier: { name: 'stub' } });
      expect(result.pages.map(({ classification }) => classification)).toEqual(['letter', 'invoice']);
      expect(runner.outcomes.get(jobId)).toMatchObject({ tenant: 'default', outcome: { jobId, result } });
      const { typedSearchAttributes } = await handle.describe();
      expect(typedSearchAttributes.get(searchAttributeKeys.tenant)).toBe('default');
      expect(typedSearchAttributes.get(searchAttributeKeys.classification)).toBe('invoice');
      expect(typedSearchAttributes.get(searchAttributeKeys.confidence)).toBe(0.9);
    });
  });

  test('stores its result within its last workflow task', async () => {
    await runner.run({}, async (handle) => {
      await handle.result();

      expect(await activitiesOf(handle)).toEqual(['renderPages', 'classifyPage', 'classifyPage']);
    });
  });

  test('waits for a store that is away, by an ordinary activity', async () => {
    let attempts = 0;
    const storeResult: Stubs['storeResult'] = async () => {
      if (++attempts < 4) throw ApplicationFailure.retryable('The store is away.', 'storage_unavailable');
      return {};
    };

    await runner.run({ storeResult }, async (handle) => {
      expect(await handle.result()).toMatchObject({ classification: 'invoice' });

      expect(attempts).toBe(4);
      expect(await activitiesOf(handle)).toEqual(['renderPages', 'classifyPage', 'classifyPage', 'storeResult']);
    });
  });

  test('fetches a document that is not in the store yet, and only then', async () => {
    let fetched = 0;
    const storeDocument = async (): Promise<StoredDocument> => {
      fetched += 1;
      return storedDocument;
    };

    await runner.run({ storeDocument }, (handle) => handle.result(), {
      source: { kind: 'url', url: 'https://x.example/a.pdf' },
    });
    await runner.run({ storeDocument }, (handle) => handle.result());

    expect(fetched).toBe(1);
  });

  test('retries a page and goes on', async () => {
    const attempts = new Map<number, number>();
    const stubs: Partial<Stubs> = {
      async classifyPage(input) {
        const attempt = (attempts.get(input.page.pageNumber) ?? 0) + 1;
        attempts.set(input.page.pageNumber, attempt);
        if (input.page.pageNumber === 2 && attempt === 1) {
          throw ApplicationFailure.create({ type: 'model_unavailable', message: 'down', nextRetryDelay: 10 });
        }
        return answer(input);
      },
    };

    const result = await runner.run(stubs, (handle) => handle.result());

    expect(result.pages.every(({ success }) => success)).toBe(true);
    expect(attempts.get(2)).toBe(2);
  });

  test('records a page that fails for good: first category, no vote, its sentence', async () => {
    const stubs: Partial<Stubs> = {
      async classifyPage(input) {
        if (input.page.pageNumber === 1) throw ApplicationFailure.nonRetryable('The model refused.', 'model_refused');
        return answer(input, 'letter', 0.7);
      },
    };

    const result = await runner.run(stubs, (handle) => handle.result());

    expect(result).toMatchObject({ classification: 'letter', confidence: 0.7 });
    expect(result.pages[0]).toEqual({
      pageNumber: 1,
      success: false,
      classification: 'invoice',
      confidence: 0,
      error: { code: 'model_refused', detail: 'The model refused.' },
    });
  });

  test('fails with the reason when not one page could be classified, and stores that', async () => {
    const stubs: Partial<Stubs> = {
      classifyPage: async () => {
        throw ApplicationFailure.nonRetryable('OPENAI_API_KEY was rejected.', 'model_auth');
      },
    };

    await runner.run(stubs, async (handle, jobId) => {
      const failure = await failureOf(handle);

      expect(failure).toMatchObject({
        type: 'model_auth',
        message: 'No page could be classified. OPENAI_API_KEY was rejected.',
      });
      expect(runner.outcomes.get(jobId)?.outcome.error).toEqual({ code: 'model_auth', detail: failure.message });
      const { typedSearchAttributes } = await handle.describe();
      expect(typedSearchAttributes.get(searchAttributeKeys.failureReason)).toBe('model_auth');
    });
  });

  test('does not ask about blank pages, and fails when there are no others', async () => {
    let asked = 0;
    const stubs: Partial<Stubs> = {
      renderPages: async () => rendered(2, { isBlank: true }),
      classifyPage: async (input) => {
        asked += 1;
        return answer(input);
      },
    };

    const failure = await runner.run(stubs, failureOf);

    expect(failure.type).toBe('page_blank');
    expect(asked).toBe(0);
  });

  test('fails with the sentence of a document that cannot be opened', async () => {
    const renderPages = async (): Promise<never> => {
      throw ApplicationFailure.nonRetryable('This PDF is protected by a password.', 'document_encrypted');
    };

    const failure = await runner.run({ renderPages }, failureOf);

    expect(failure).toMatchObject({ type: 'document_encrypted', message: 'This PDF is protected by a password.' });
    expect(failure.cause).toBeInstanceOf(ActivityFailure);
  });

  test.each([
    [{ categories: [] }, 'invalid_categories', 'categories must hold 1 to 200 items; got 0'],
    [
      { source: { kind: 'stored', key: 'tenants/other/secret' } },
      'invalid_request',
      'source.key must be an object key below tenants/default/',
    ],
    [{ tenant: '../x' }, 'invalid_request', 'tenant must match'],
  ] as const)('refuses input that is wrong, naming the field: %j', async (input, type, sentence) => {
    const failure = await runner.run({}, failureOf, input);

    expect(failure.type).toBe(type);
    expect(failure.message).toContain(sentence);
  });

  test('tells its progress to a query while it runs', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: second, resolve: secondIsAsked } = Promise.withResolvers<void>();
    const stubs: Partial<Stubs> = {
      async classifyPage(input) {
        if (input.page.pageNumber === 2) {
          secondIsAsked();
          await held;
        }
        return answer(input);
      },
    };

    await runner.run(stubs, async (handle) => {
      await second;
      await expect
        .poll(() => handle.query<JobProgress>('progress'))
        .toEqual({
          stage: 'classifying',
          pagesDone: 1,
          pagesTotal: 2,
        });
      release();
      await handle.result();
    });
  });

  test('is cancelled in the middle of a call, and stores that it was', async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const stubs: Partial<Stubs> = {
      async classifyPage() {
        isAsked();
        const timer = setInterval(() => Context.current().heartbeat(), 100);
        return await Context.current().cancelled.finally(() => clearInterval(timer));
      },
    };

    await runner.run(stubs, async (handle, jobId) => {
      await asked;
      await handle.cancel();
      const error: unknown = await handle.result().catch((failure: unknown) => failure);

      expect(error).toBeInstanceOf(WorkflowFailedError);
      expect(error instanceof WorkflowFailedError && error.cause).toBeInstanceOf(CancelledFailure);
      expect(runner.outcomes.get(jobId)?.outcome.error).toEqual({
        code: 'cancelled',
        detail: 'Classification was cancelled',
      });
    });
  });
});
