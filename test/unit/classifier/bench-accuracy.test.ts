import { describe, expect, test } from 'vitest';
import { calibrationError, toReliabilityBins, type Outcome } from '../../../bench/accuracy/outcome.ts';
import { drawReliability } from '../../../bench/accuracy/reliability-plot.ts';

function outcomes(confidence: number, right: number, wrong: number): Outcome[] {
  const one = { file: 'a.pdf', issuer: 'acme', label: 'invoice', confidence };
  return [
    ...Array.from({ length: right }, () => ({ ...one, answer: 'invoice' })),
    ...Array.from({ length: wrong }, () => ({ ...one, answer: 'letter' })),
  ];
}

describe('the expected calibration error', () => {
  test('is zero where confidence says how often an answer is right', () => {
    expect(calibrationError([...outcomes(0.75, 3, 1), ...outcomes(1, 2, 0)])).toBeCloseTo(0, 10);
  });

  test('is the distance of confidence and accuracy, weighted by documents', () => {
    expect(calibrationError([...outcomes(1, 0, 1), ...outcomes(0.5, 2, 2)])).toBeCloseTo(0.2, 10);
  });

  test('leaves out ranges without a document', () => {
    expect(toReliabilityBins(outcomes(0.95, 1, 0)).map(({ from, count }) => [from, count])).toStrictEqual([[0.9, 1]]);
  });
});

test('the reliability plot shows every range that has documents', () => {
  const svg = drawReliability('plot', [...outcomes(0.2, 1, 3), ...outcomes(0.9, 9, 1)]);

  expect(svg.match(/<circle/g)).toHaveLength(2);
});
