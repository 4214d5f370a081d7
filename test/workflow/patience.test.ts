import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import type { classifyDocument } from '../../workflows/index.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { answer, createWorkflowRunner, rendered, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
});
afterAll(() => shared[Symbol.asyncDispose]());

const since = '2026-11-28T12:03:45.678Z';
const detail = 'The model server rejected the credentials (HTTP 401). Check OPENAI_API_KEY.';

/** As an activity fails whose circuit is open. */
function refused(code = 'model_auth', waitsFor = 'model'): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: detail,
    nonRetryable: true,
    details: [{ code, detail, waitsFor, since }],
  });
}

/** A model whose key is refused until it is mended, and how often it was asked. */
function model() {
  const state = { isMended: false, asked: 0 };
  const classifyPage: Stubs['classifyPage'] = async (input) => {
    state.asked += 1;
    if (!state.isMended) throw refused();
    return answer(input);
  };
  return { state, classifyPage };
}

type Handle = WorkflowHandle<typeof classifyDocument>;

async function waitedFor(handle: Handle): Promise<string | undefined> {
  return (await handle.describe()).typedSearchAttributes.get(searchAttributeKeys.waitingFor);
}

/** What the operator reads at the top of the run's page. */
async function detailsOf(handle: Handle): Promise<string> {
  return await handle.query<string>('__temporal_workflow_metadata').then((metadata) => JSON.stringify(metadata));
}

async function failureOf(handle: Handle): Promise<Error | undefined> {
  const error: unknown = await handle.result().catch((failure: unknown) => failure);
  if (error instanceof WorkflowFailedError) return error.cause;
  throw new Error(`no failure: ${String(error)}`);
}

describe('a run whose model only the operator can mend', () => {
  test('waits, says for what and since when, and goes on at a signal', async () => {
    const { state, classifyPage } = model();

    await runner.run({ classifyPage, renderPages: async () => rendered(12) }, async (handle) => {
      await expect.poll(() => waitedFor(handle)).toBe('model');
      expect(await detailsOf(handle)).toContain(`Waiting for the model since 2026-11-28 12:03 UTC: ${detail}`);
      expect((await handle.describe()).memo).toMatchObject({ waiting: { waitsFor: 'model', since } });
      state.isMended = true;
      await handle.signal('goOn');
      const result = await handle.result();

      expect(result.pages).toHaveLength(12);
      expect(result.pages.every(({ success }) => success)).toBe(true);
      expect(await waitedFor(handle)).toBeUndefined();
    });
  });

  test('asks by one page at a time while it waits, and comes back without a signal', async () => {
    const { state, classifyPage } = model();

    await runner.run({ classifyPage, renderPages: async () => rendered(20) }, async (handle) => {
      await expect.poll(() => state.asked, { timeout: 20_000 }).toBeGreaterThan(8);
      // The first round asks by as many pages as are in flight; those that follow ask by one.
      const afterSecondRound = state.asked;
      state.isMended = true;
      expect(afterSecondRound).toBeLessThanOrEqual(10);
      expect((await handle.result()).classification).toBe('invoice');
      expect(state.asked).toBeLessThanOrEqual(afterSecondRound + 21);
    });
  });

  test('fails with a code and a sentence of its own when its patience ends', async () => {
    const { classifyPage } = model();

    await runner.run(
      { classifyPage },
      async (handle, jobId) => {
        expect(await failureOf(handle)).toMatchObject({
          type: 'patience_ended',
          message: `The job gave up after waiting 1 second for the model. ${detail}`,
        });
        expect(runner.outcomes.get(jobId)?.outcome.error?.code).toBe('patience_ended');
        expect(await waitedFor(handle)).toBeUndefined();
      },
      { patienceSeconds: 1 },
    );
  });

  test('can be cancelled while it waits', async () => {
    const { classifyPage } = model();

    await runner.run({ classifyPage }, async (handle, jobId) => {
      await expect.poll(() => waitedFor(handle)).toBe('model');
      await handle.cancel();

      expect(await failureOf(handle)).toBeInstanceOf(CancelledFailure);
      expect(runner.outcomes.get(jobId)?.outcome.error?.code).toBe('cancelled');
    });
  });

  test('keeps the pages that a document lost by itself apart from what it waits for', async () => {
    const { state, classifyPage } = model();
    const stubs: Partial<Stubs> = {
      async classifyPage(input) {
        if (input.page.pageNumber === 1) throw ApplicationFailure.nonRetryable('The model refused.', 'model_refused');
        return classifyPage(input);
      },
    };

    await runner.run(stubs, async (handle) => {
      await expect.poll(() => waitedFor(handle)).toBe('model');
      state.isMended = true;
      await handle.signal('goOn');

      const { pages } = await handle.result();
      expect(pages.map(({ success }) => success)).toEqual([false, true]);
    });
  });

  test.each(['renderPages', 'storeDocument'] as const)('waits for the store in %s, too', async (step) => {
    let isMended = false;
    const stubs: Partial<Stubs> = {
      [step]: async () => {
        if (!isMended) throw refused('storage_unavailable', 'store');
        return step === 'renderPages' ? rendered(1) : { key: 'x', sha256: '0', sizeBytes: 1, type: 'pdf' };
      },
    };

    await runner.run(
      stubs,
      async (handle) => {
        await expect.poll(() => waitedFor(handle)).toBe('store');
        isMended = true;
        await handle.signal('goOn');

        expect(await handle.result()).toMatchObject({ classification: 'invoice' });
      },
      step === 'storeDocument' ? { source: { kind: 'url', url: 'https://x.example/a.pdf' } } : {},
    );
  });
});
