import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { taskQueues } from '../../src/domain/contract.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import { webhookWorkflowId } from '../../src/domain/webhook.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import {
  createWorkflowRunner,
  rendered,
  storedDocument,
  stubCategories,
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

const source = { kind: 'stored', key: storedDocument.key, document: storedDocument };
const input = { source, categories: stubCategories };

/** As a workflow in another language would, which knows no types of ours. */
async function run(
  given: unknown,
  { stubs = {}, memo = {} }: { stubs?: Partial<Stubs>; memo?: Record<string, unknown> } = {},
) {
  const jobId = randomUUID();
  const error: unknown = await runner.serve(stubs, async () => {
    const options = { workflowId: jobId, taskQueue: taskQueues.workflow, memo, args: [given] };
    const handle = await shared.client.workflow.start('classifyDocument', options);
    return handle.result().then(
      () => undefined,
      (failure: unknown) => failure,
    );
  });
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  return { jobId, failure: cause instanceof ApplicationFailure ? cause : undefined };
}

/** What an operator reads of a run in Temporal's UI. */
async function currentDetails(jobId: string, stubs: Partial<Stubs> = {}): Promise<string> {
  const handle = shared.client.workflow.getHandle(jobId);
  const metadata = await runner.serve(stubs, () => handle.query<unknown>('__temporal_workflow_metadata'));
  return z.object({ currentDetails: z.string() }).parse(metadata).currentDetails;
}

describe('what another workflow sends', () => {
  test.each([
    [{ max_pages: 2 }, 'max_pages is not a field of the input; did you mean pages.maxPages?'],
    [{ file_name: 'a.pdf' }, 'file_name is not a field of the input; did you mean fileName?'],
    [{ instrutions: 'x' }, 'instrutions is not a field of the input; did you mean instructions?'],
    [{ webhookUrl: 'https://a.example' }, 'webhookUrl is not a field of the input; did you mean webhook?'],
    [{ metadata: {} }, /^metadata is not a field of the input, which has schemaVersion, tenant, source, fileName, /],
    [{ source: { ...source, URL: 'x' } }, 'source.URL is not a field of the input; did you mean source.url?'],
    [
      { categories: [{ name: 'invoice', descripton: 'x' }] },
      'categories.0.descripton is not a field of the input; did you mean categories.0.description?',
    ],
    [
      { review: { belowConfidence: 0.5, timeout: 5 } },
      'review.timeout is not a field of review, which has belowConfidence, timeoutSeconds',
    ],
    [{ webhook: { url: 'https://a.example' } }, 'webhook.url is not a field of webhook, which has requestKey'],
    [{ pages: { max: 2 } }, 'pages.max is not a field of pages, which has ranges, maxPages'],
    [
      { pages: { ranges: [{ from: 1, to: 2 }] } },
      'pages.ranges.0.from is not a field of pages.ranges.0, which has first, last',
    ],
    [
      { categories: [{ name: 'invoice', desc: 'x' }] },
      'categories.0.desc is not a field of categories.0, which has name, description',
    ],
    [
      { source: { kind: 'url', file_url: 'x' } },
      'source.file_url is not a field of source, which has kind, key, document, url, urlKey, base64',
    ],
    [{ schemaVersion: 2 }, 'schemaVersion must be 1 or left out'],
    [{ refusal: { code: 'nocode', detail: 'x' } }, /^refusal\.code is no failure code; must be one of /],
    [
      { refusal: { code: 'document_missin', detail: 'x' } },
      'refusal.code is no failure code; did you mean document_missing?',
    ],
    [{ source: { kind: 'inline', base64: '!!!!' } }, /^source\.base64 must be base64 /],
    [{ pages: { range: [] } }, 'pages.range is not a field of the input; did you mean pages.ranges?'],
    [
      { pages: { ranges: Array.from({ length: 1001 }, () => ({ first: 1, last: 1 })) } },
      'pages.ranges must hold at most 1000 ranges; got 1001',
    ],
  ])('is refused where it is not of the contract, with what was meant: %j', async (given, sentence) => {
    const { failure } = await run({ ...input, ...given });

    expect(failure).toMatchObject({ type: 'invalid_request', message: expect.stringMatching(sentence) });
  });

  test('may be of a later version where it comes from the API', async () => {
    const { failure } = await run({ ...input, patience: 5 }, { memo: { requestId: 'abc-123' } });

    expect(failure).toBeUndefined();
  });

  test('is told of in words that are no JavaScript', async () => {
    const { failure } = await run({ source });

    expect(failure?.message).toBe(
      'categories must be an array of strings or of {"name", "description"} objects; got nothing',
    );
  });
});

describe('a run whose input is refused', () => {
  const webhook = { requestKey: 'tenants/acme/jobs/x/request.json' };

  test('stores that, is found by its tenant, and tells whom it was to tell', async () => {
    const told: string[] = [];
    const stubs: Partial<Stubs> = {
      deliverWebhook: async (delivery) => {
        told.push('jobId' in delivery ? delivery.jobId : '');
        return { outcome: 'delivered' };
      },
    };
    const { jobId, failure } = await run({ tenant: 'acme', source, categories: [], webhook }, { stubs });

    const error = { code: 'invalid_categories', detail: 'categories must hold 1 to 200 items; got 0' };
    expect(failure).toMatchObject({ type: error.code, message: error.detail });
    expect(runner.outcomes.get(jobId)).toMatchObject({ tenant: 'acme', outcome: { jobId, error } });
    const { typedSearchAttributes } = await shared.client.workflow.getHandle(jobId).describe();
    expect(typedSearchAttributes.get(searchAttributeKeys.tenant)).toBe('acme');
    await runner.serve(stubs, () => shared.client.workflow.getHandle(webhookWorkflowId(jobId)).result());
    expect(told).toEqual([jobId]);
    expect(await currentDetails(jobId)).toBe(error.detail);
  });

  test('leaves nothing where not even its tenant is known', async () => {
    const { jobId, failure } = await run({ ...input, tenant: '../acme' });

    expect(failure?.message).toContain('tenant must match');
    expect(runner.outcomes.has(jobId)).toBe(false);
  });
});

describe('the details of a run that is over, in Temporal', () => {
  test('are its answer', async () => {
    const { jobId } = await run(input);

    expect(await currentDetails(jobId)).toBe('invoice (confidence 0.9)');
  });

  test('are the sentence of its failure', async () => {
    const { jobId } = await run(input, { stubs: { renderPages: async () => rendered(1, { isBlank: true }) } });

    expect(await currentDetails(jobId)).toBe('This page is blank.');
  });
});

test('a run whose outcome the store refuses for good fails with its own reason', async () => {
  const { failure } = await run(input, {
    stubs: {
      renderPages: async () => rendered(1, { isBlank: true }),
      storeResult: async () => {
        throw ApplicationFailure.nonRetryable('The document store refused it.', 'internal');
      },
    },
  });

  expect(failure).toMatchObject({ type: 'page_blank', message: 'This page is blank.' });
});
