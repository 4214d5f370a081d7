import { describe, expect, test } from 'vitest';
import { countJsonValues } from '../../../src/http/shared/json-shape.ts';

describe('names and values of a JSON text', () => {
  test.each([
    ['1', 1],
    ['[]', 2],
    ['[1,2,3]', 4],
    ['{"a":1,"b":[{}]}', 7],
    [String.raw`"a, [b] \" : {c}"`, 1],
    [String.raw`["\\",1]`, 3],
    ['["not closed, [', 2],
  ])('are counted outside of texts: %s', (json, count) => {
    expect(countJsonValues(Buffer.from(json))).toBe(count);
  });
});
