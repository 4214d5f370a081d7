import { expect, test } from 'vitest';
import { nearestName } from '../../../src/domain/nearest-name.ts';

const known = ['status', 'failure_code', 'classification', 'classifier_id', 'webhook_url', 'metadata'];

test.each([
  ['statsu', 'status'],
  ['failureCode', 'failure_code'],
  ['webhookUrl', 'webhook_url'],
  ['classification_', 'classification'],
  ['FAILURE-CODE', 'failure_code'],
])('%s is taken for %s', (name, meant) => {
  expect(nearestName(name, known)).toBe(meant);
});

test.each(['', 'colour', 'x', 'class', 'a'.repeat(100_000), '中'.repeat(50)])('nothing is guessed of %.20s', (name) => {
  expect(nearestName(name, known)).toBeUndefined();
});
