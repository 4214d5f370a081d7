import { expect, test } from 'vitest';
import type { PageResult } from '../../../src/domain/contract.ts';
import { toJobBodyWith } from '../../../src/http/unsiloed/include.ts';

function page(pageNumber: number, confidence: number): PageResult {
  const candidates = [{ name: 'invoice', confidence }];
  return { pageNumber, success: true, classification: 'invoice', confidence, candidates };
}

test("the document's candidates have the mean of the pages, without the digits that floating point adds", async () => {
  const pages = [page(1, 0.1), page(2, 0.2), page(3, 0.3)];
  expect((0.1 + 0.2 + 0.3) / 3).not.toBe(0.2);

  const body = await toJobBodyWith(
    new Set(['candidates']),
    {
      jobId: 'job-1',
      status: 'completed',
      createdAt: '2026-01-01T00:00:00.000Z',
      result: {
        schemaVersion: 1,
        jobId: 'job-1',
        classification: 'invoice',
        confidence: 0.2,
        pages,
        document: { type: 'pdf', sha256: 'ab'.repeat(32), sizeBytes: 9, pageCount: 3 },
        classifier: { name: 'built-in', model: 'built-in-2' },
      },
    },
    { reasoning: async () => new Map(), metadata: async () => undefined, rerunOf: async () => undefined },
    'default',
  );

  expect(body.result).toMatchObject({ candidates: [{ name: 'invoice', confidence: 0.2 }] });
});
