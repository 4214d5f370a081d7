import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measure, type JudgedFile } from '../../../src/domain/evaluation.ts';

const files: readonly JudgedFile[] = [
  { expected: 'invoice', predicted: 'invoice', latencyMs: 100, pageCount: 2 },
  { expected: 'invoice', predicted: 'invoice', latencyMs: 300, pageCount: 1 },
  { expected: 'invoice', predicted: 'receipt', latencyMs: 200, pageCount: 1 },
  { expected: 'receipt', predicted: 'receipt', latencyMs: 400, pageCount: 1 },
  { expected: 'receipt' },
];

describe('an evaluation', () => {
  test('counts for each type what was expected, predicted and right', () => {
    const { classes } = measure(['invoice', 'receipt', 'other'], files);

    expect(Object.fromEntries(classes)).toEqual({
      invoice: { countExpected: 3, countPredicted: 2, countCorrect: 2, precision: 1, recall: 2 / 3, f1: 0.8 },
      receipt: { countExpected: 2, countPredicted: 2, countCorrect: 1, precision: 0.5, recall: 0.5, f1: 0.5 },
      other: { countExpected: 0, countPredicted: 0, countCorrect: 0, precision: 0, recall: 0, f1: 0 },
    });
  });

  test('calls the share of all files accuracy, those that failed among them', () => {
    expect(measure([], files).accuracy).toBe(3 / 5);
  });

  test('gives the latencies of the files that were judged, and their pages', () => {
    const { latency, numPages } = measure([], files);

    expect(latency).toEqual({ meanMs: 250, p50Ms: 200, p90Ms: 400, p95Ms: 400, p99Ms: 400 });
    expect(numPages).toBe(5);
  });

  test('of nothing but failures has zeros and no latency', () => {
    const metrics = measure(['invoice'], [{ expected: 'invoice' }]);

    expect(metrics).toMatchObject({ accuracy: 0, numPages: 0 });
    expect(metrics).not.toHaveProperty('latency');
  });

  test('has shares from 0 to 1, and counts that add up', () => {
    const type = fc.constantFrom('invoice', 'receipt', 'other', '__proto__', '');
    const file = fc.record({ expected: type, predicted: type, latencyMs: fc.nat() }, { requiredKeys: ['expected'] });
    fc.assert(
      fc.property(fc.array(file), (judged) => {
        const { accuracy, classes } = measure(['invoice'], judged);
        const all = [...classes.values()];
        const sum = (count: (metrics: (typeof all)[number]) => number) =>
          all.reduce((total, metrics) => total + count(metrics), 0);

        expect(sum(({ countExpected }) => countExpected)).toBe(judged.length);
        expect(sum(({ countCorrect }) => countCorrect)).toBe(Math.round(accuracy * judged.length));
        for (const share of [accuracy, ...all.flatMap(({ precision, recall, f1 }) => [precision, recall, f1])]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
