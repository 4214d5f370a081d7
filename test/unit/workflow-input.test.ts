import { expect, test } from 'vitest';
import { parseWorkflowInput } from '../../src/domain/workflow-input.ts';

const input = { source: { kind: 'url', url: 'https://example.com/a.pdf' }, categories: ['invoice'] };

test('a document may be unknown only where the input says "allow"', () => {
  expect(parseWorkflowInput(input).unknown).toBeUndefined();
  expect(parseWorkflowInput({ ...input, unknown: null }).unknown).toBeUndefined();
  expect(parseWorkflowInput({ ...input, unknown: 'allow' }).unknown).toBe('allow');
  expect(() => parseWorkflowInput({ ...input, unknown: true })).toThrow(/unknown must be "allow"/);
});
