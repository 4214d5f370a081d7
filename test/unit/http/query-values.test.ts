import { describe, expect, test } from 'vitest';
import { parseIncludes } from '../../../src/http/unsiloed/include.ts';
import { parseWait } from '../../../src/http/unsiloed/wait.ts';

describe('parseWait', () => {
  test.each([
    [undefined, 0],
    ['', 0],
    ['0', 0],
    ['0.5', 0.5],
    ['55', 55],
    ['55.01', 55],
    ['60', 55],
    ['3600', 55],
    ['1e3', 55],
    ['9'.repeat(400), 55],
  ])('reads %j as %d seconds', (value, seconds) => {
    expect(parseWait(value)).toBe(seconds);
  });

  test.each(['-1', '-0.5', 'soon', '5s', '0x10', 'NaN', 'Infinity', '1,5'])(
    'refuses %j, with what is allowed',
    (value) => {
      expect(() => parseWait(value)).toThrow(
        `wait must be a number of seconds from 0; more than 55 count as 55; got "${value}"`,
      );
    },
  );
});

describe('parseIncludes', () => {
  test('reads names with commas between, blanks and a comma at the end ignored', () => {
    expect(parseIncludes(' timings, candidates,')).toEqual(new Set(['timings', 'candidates']));
  });

  test('refuses a name that is not known, with those that are', () => {
    expect(() => parseIncludes('candidates,everything,')).toThrow(/^include must name some of .*; got "everything"$/);
  });
});
