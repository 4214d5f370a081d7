import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readNamedCategories, rename } from '../../../bench/accuracy/corpus.ts';
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

test('a file says what the labels are called; documents of other labels are left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'categories-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'german.json');
  const file = [
    { label: 'invoice', name: 'Rechnung', description: 'Was zu zahlen ist' },
    { label: 'utility_bill', name: 'Rechnung' },
    { label: 'letter', name: 'Brief' },
  ];
  await writeFile(path, JSON.stringify(file));
  const named = await readNamedCategories(path);
  const documents = ['utility_bill', 'memo', 'letter'].map((label) => ({
    file: `${label}.pdf`,
    label,
    issuer: 'acme',
  }));

  expect(named.categories.map(({ name }) => name)).toStrictEqual(['Rechnung', 'Brief']);
  expect(rename(documents, named).map(({ file: name, label }) => [name, label])).toStrictEqual([
    ['utility_bill.pdf', 'Rechnung'],
    ['letter.pdf', 'Brief'],
  ]);
});
