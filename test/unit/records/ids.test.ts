import { describe, expect, test } from 'vitest';
import { derivedId, isId, newId } from '../../../src/records/ids.ts';

describe('ids', () => {
  test('sort by creation, also those of one millisecond', () => {
    const now = Date.now();
    const made = Array.from({ length: 1000 }, (_, index) =>
      newId('classifier', new Date(now + Math.floor(index / 300))),
    );

    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(1000);
  });

  test('begin with the prefix of their kind, and name no other path', () => {
    expect(newId('evaluationSet')).toMatch(/^ev_[0-9a-f]{32}$/);
    expect(isId('evaluationSet', newId('evaluationSet'))).toBe(true);
    for (const text of ['ev_', 'ev_a/b', 'evi_a', 'ev_\u0000', '../ev_a'])
      expect(isId('evaluationSet', text)).toBe(false);
  });

  test('are the same each time where they follow from another one, and sort by its time', () => {
    const at = new Date('2026-01-01T00:00:00Z');
    const derived = derivedId('file', at, 'job-1');

    expect(derivedId('file', at, 'job-1')).toBe(derived);
    expect(derivedId('file', at, 'job-2')).not.toBe(derived);
    expect(derived).toMatch(/^file_[0-9a-f]{32}$/);
    expect(derived < derivedId('file', new Date(at.getTime() + 1), 'job-0')).toBe(true);
  });
});
