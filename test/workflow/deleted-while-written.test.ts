import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClassifyPage } from '../../activities/classify-page.ts';
import { createRenderPages } from '../../activities/render-pages.ts';
import { createStoreResult } from '../../activities/store-result.ts';
import type { PageClassifier } from '../../src/classifier/page-classifier.ts';
import { deleteJob } from '../../src/jobs/delete-job.ts';
import { createJobReader } from '../../src/jobs/read-job.ts';
import { createJobWaits } from '../../src/jobs/wait-for-job.ts';
import { reviewJob } from '../../src/jobs/review-job.ts';
import { createTenantSlots } from '../../src/domain/tenant-slots.ts';
import type { DocumentRenderer } from '../../src/pdf/document-renderer.ts';
import { jobKeys } from '../../src/records/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { hookedStore, type Hook } from '../support/hooked-store.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { storeKinds } from '../support/store-kinds.ts';
import { createWorkflowRunner, rendered, type Stubs, type WorkflowRunner } from '../support/workflow-runner.ts';

let namespace: TestNamespace;
let runner: WorkflowRunner;

beforeAll(async () => {
  namespace = await createNamespace();
  runner = await createWorkflowRunner(namespace);
});
afterAll(() => namespace[Symbol.asyncDispose]());

const classifier: PageClassifier = {
  name: 'stub',
  model: 'stub-1',
  classifyPage: async () => ({
    classification: 'invoice',
    confidence: 0.9,
    rawResult: 'invoice',
    confidenceSource: 'stated',
    candidates: [],
    reasoning: 'It says "Invoice 4711".',
  }),
};
const renderer: DocumentRenderer = {
  async render(_request, onPage) {
    const facts = { pageCount: 1, pageNumbers: [1] };
    await onPage({ pageNumber: 1, text: { text: 'Invoice 4711', spans: [] }, isBlank: false }, facts);
    return facts;
  },
  [Symbol.asyncDispose]: async () => undefined,
};
const unused = async (): Promise<never> => {
  throw new Error('not asked for');
};

describe.each(storeKinds)('a job that is deleted while a worker writes, in %s', (_, create) => {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await create();
  });

  const left = (jobId: string) => Array.fromAsync(store.list(jobKeys('default', jobId).prefix), ({ key }) => key);

  /** Each writer with a store where the job is deleted at one moment. */
  const writers: readonly (readonly [what: string, key: RegExp, stubs: (hooked: ObjectStore) => Partial<Stubs>])[] = [
    [
      'the reason for a page',
      /reasoning\.json$/,
      (hooked) => ({
        renderPages: async () => rendered(1),
        classifyPage: createClassifyPage({ store: hooked, classifier, circuits: [] }),
      }),
    ],
    [
      'the text of a page',
      /pages\/0001\.json$/,
      (hooked) => ({
        renderPages: createRenderPages({
          store: hooked,
          renderer,
          passwords: { keep: unused, read: unused },
          tempDirectory: tmpdir(),
          maxPages: 10,
          circuits: [],
        }),
      }),
    ],
    ['the result', /result\.json$/, (hooked) => ({ storeResult: createStoreResult({ store: hooked, circuits: [] }) })],
  ];

  test.each(writers)('is gone whole: %s', async (_what, key, stubs) => {
    const documentKey = 'tenants/default/files/f/source';
    await store.put(documentKey, Buffer.from('Invoice 4711'));
    const { promise: isWritten, resolve: written } = Promise.withResolvers<string>();
    const hook: Hook = {
      step: 'put',
      when: 'before',
      key,
      act: async () => {
        const jobId = await running;
        await namespace.client.workflow.getHandle(jobId).terminate();
        await deleteJob({ client: namespace.client, store }, 'default', jobId);
        written(jobId);
      },
    };
    const { promise: running, resolve: runs } = Promise.withResolvers<string>();

    await runner.run(
      stubs(hookedStore(store, hook)),
      async (_handle, jobId) => {
        runs(jobId);
        await isWritten;
      },
      {
        source: {
          kind: 'stored',
          key: documentKey,
          document: { key: documentKey, sha256: 'ab'.repeat(32), sizeBytes: 12, type: 'text' },
        },
      },
    );

    // The workers have stopped: whatever was under way is over.
    expect(await left(await running)).toEqual([]);
  });

  test('gets no reason for a page once its run was closed while the model thought', async () => {
    const { promise: running, resolve: runs } = Promise.withResolvers<string>();
    const thoughtful: PageClassifier = {
      ...classifier,
      async classifyPage(request) {
        await namespace.client.workflow.getHandle(await running).terminate();
        return classifier.classifyPage(request);
      },
    };

    const classifyPage = createClassifyPage({ store, classifier: thoughtful, circuits: [] });
    const { promise: isOver, resolve: over } = Promise.withResolvers<void>();

    await runner.run(
      { renderPages: async () => rendered(1), classifyPage: (input) => classifyPage(input).finally(over) },
      async (_handle, jobId) => {
        runs(jobId);
        await isOver;
      },
    );

    expect(await left(await running)).toEqual([]);
  });

  test('is gone whole: its review, which a person gives at this moment', async () => {
    await runner.run({ storeResult: createStoreResult({ store, circuits: [] }) }, async (handle, jobId) => {
      await handle.result();
      const { client } = namespace;
      const hooked = hookedStore(store, {
        step: 'put',
        when: 'before',
        key: /review\.json$/,
        act: () => deleteJob({ client, store }, 'default', jobId),
      });
      const questions = { slots: 2, share: 0.5 };
      const reader = createJobReader({ client, store: hooked, questions });
      const waits = createJobWaits({ client, waits: createTenantSlots(questions) }, reader);
      const request = { tenant: 'default', jobId, classification: 'letter' };

      await expect(reviewJob({ client, store: hooked, reader, waits }, request)).rejects.toMatchObject({
        code: 'not_found',
      });

      expect(await left(jobId)).toEqual([]);
    });
  });
});
