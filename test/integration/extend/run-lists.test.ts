import type { Extend } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { invoiceOrOther as config } from '../../support/extend-config.ts';
import { startService, submit, type TestService } from '../../support/service.ts';
import { sampleInvoice } from '../../support/documents.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;
const runs: Extend.ClassifyRun[] = [];
let classifierId: string;

/** Five runs, one after the other; the third fails. */
beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key' });
  acme = extendClient(service.url, 'acme-key');
  classifierId = (await acme.classifiers.create({ name: 'Mail', config })).id;
  const asked = [
    { file: { text: 'Invoice 1', name: 'one-invoice.txt' }, config },
    { file: { text: 'Invoice 2', name: 'two-letter.txt' }, classifier: { id: classifierId } },
    { file: { text: '\f \f ', name: 'x' }, config },
    { file: { text: 'Invoice 4', name: 'four-invoice.txt' }, config, metadata: { n: 4 } },
    { file: { text: 'Invoice 5', name: "five's 100% letter.txt" }, classifier: { id: classifierId } },
  ];
  for (const [index, request] of asked.entries()) {
    const file =
      index === 2 ? { id: (await acme.files.upload(new File(['%PDF-1.4 none'], 'broken.pdf'), {})).id } : request.file;
    runs.push(await acme.classify({ ...request, file }));
  }
  // Visibility learns of a run a moment after it has ended.
  await vi.waitUntil(async () => (await acme.classifyRuns.list({ status: 'PROCESSED' })).data.length === 4, {
    timeout: 30_000,
  });
});
afterAll(() => service[Symbol.asyncDispose]());

async function allOf(filter: Extend.ClassifyRunsListRequest, maxPageSize = 2): Promise<Extend.ClassifyRunSummary[]> {
  const found: Extend.ClassifyRunSummary[] = [];
  let nextPageToken: string | undefined;
  do {
    const page = await acme.classifyRuns.list({ ...filter, maxPageSize, ...(nextPageToken && { nextPageToken }) });
    expect(page.data.length).toBeLessThanOrEqual(maxPageSize);
    found.push(...page.data);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== undefined);
  return found;
}

const numbers = (found: readonly { readonly id: string }[]) =>
  found.map(({ id }) => runs.findIndex((run) => run.id === id) + 1);

describe('a list of runs', () => {
  test('shows each as it is, without output and config', async () => {
    const { output: _o, initialOutput: _i, reviewedOutput: _r, config: _c, usage, ...summary } = runs[4] ?? {};

    const [newest] = (await acme.classifyRuns.list({ maxPageSize: 1 })).data;

    expect(newest).toStrictEqual({ ...summary, usage: { credits: usage?.credits, totalCredits: usage?.totalCredits } });
  });

  test.each([
    ['nothing', {}, [5, 4, 3, 2, 1]],
    ['the oldest first', { sortDir: 'asc' }, [1, 2, 3, 4, 5]],
    ['the last change', { sortBy: 'updatedAt' }, [5, 4, 3, 2, 1]],
    ['a status', { status: 'PROCESSED' }, [5, 4, 2, 1]],
    ['failure', { status: 'FAILED' }, [3]],
    ['cancellation', { status: 'CANCELLED' }, []],
    ['being under way', { status: 'PROCESSING' }, []],
    ['a part of the file name', { fileNameContains: 'invoice' }, [4, 1]],
    ['a part of the file name in another case', { fileNameContains: 'INVOICE' }, [4, 1]],
    ['a file name with marks of its own', { fileNameContains: "'s 100%" }, [5]],
    ['a source', { source: 'API' }, [5, 4, 3, 2, 1]],
    ['a source that nothing comes from', { source: 'STUDIO' }, []],
    ['a batch', { batchId: 'bpr_none' }, []],
    ['what made them', { sourceId: 'bpr_none' }, []],
  ] satisfies [string, Extend.ClassifyRunsListRequest, number[]][])(
    'goes through all of them once, by %s',
    async (_what, filter, expected) => {
      expect(numbers(await allOf(filter))).toEqual(expected);
    },
  );

  test("goes by a classifier's id, whatever stands in it", async () => {
    expect(numbers(await allOf({ classifierId }))).toEqual([5, 2]);
    expect(await allOf({ classifierId: "cl_' OR Tenant = 'globex" })).toEqual([]);
  });

  test('is the same in pages of any size', async () => {
    for (const size of [1, 3, 5, 100]) expect(numbers(await allOf({}, size))).toEqual([5, 4, 3, 2, 1]);
  });

  test('goes on behind its token when a run of the page was deleted or a newer one has come', async () => {
    const first = await acme.classifyRuns.list({ maxPageSize: 2, fileNameContains: '.' });
    const newer = await acme.classify({ file: { text: 'Invoice 6', name: '6.txt' }, config });
    await acme.classifyRuns.delete(newer.id);

    const second = await acme.classifyRuns.list({
      maxPageSize: 2,
      fileNameContains: '.',
      nextPageToken: first.nextPageToken ?? '',
    });

    expect(numbers(first.data)).toEqual([5, 4]);
    expect(numbers(second.data)).toEqual([3, 2]);
  });

  test('refuses the token of another list', async () => {
    const { nextPageToken = '' } = await acme.classifyRuns.list({ maxPageSize: 1 });

    for (const other of [{ status: 'PROCESSED' }, { sortDir: 'asc' as const }, { fileNameContains: 'a' }]) {
      expect(await extendErrorOf(acme.classifyRuns.list({ ...other, nextPageToken }))).toMatchObject({
        status: 400,
        message: expect.stringMatching(/^nextPageToken must be/),
      });
    }
  });

  test('has the jobs of the other contract, and no tenant has those of another', async () => {
    const globex = extendClient(service.url, 'globex-key');
    const jobId = await submit(service.url, { file: sampleInvoice, headers: { 'api-key': 'globex-key' } });

    await expect.poll(async () => (await globex.classifyRuns.list({ status: 'PROCESSED' })).data).toHaveLength(1);

    const { data } = await globex.classifyRuns.list({});
    expect(data.map(({ id }) => id)).toEqual([`clr_${jobId}`]);
  });
});
