import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerFormat } from '../../../src/classifier/openai/chat-completions.ts';
import { assignOptions, shuffle } from '../../../src/classifier/openai/option-codes.ts';
import { checkStrictJsonSchema } from '../../support/openai-stand-in/strict-json-schema.ts';

describe('assignOptions', () => {
  test('gives the same codes to the same categories in any order', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(names, fc.string(), (given, seed) => {
        const categories = given.map((name) => ({ name }));

        expect(assignOptions(categories.toReversed(), seed)).toStrictEqual(assignOptions(categories, seed));
      }),
    );
  });

  test.each([1, 26, 27, 200])('gives %i categories codes of one length, none twice', (count) => {
    const options = assignOptions(
      Array.from({ length: count }, (_, index) => ({ name: `kind ${index}` })),
      'job',
    );
    const codes = options.map(({ code }) => code);

    expect(new Set(codes).size).toBe(count);
    expect(new Set(codes.map((code) => code.length)).size).toBe(1);
  });

  test('gives no code that is a name but for its punctuation', () => {
    const options = assignOptions([{ name: 'A+' }, { name: '(b)' }, { name: 'C.' }], 'job');

    expect(options.map(({ code }) => code)).toStrictEqual(['D', 'E', 'F']);
  });

  test('gives no code that is a name', () => {
    const options = assignOptions([{ name: 'a' }, { name: 'B' }, { name: 'c' }], 'job');

    expect(options.map(({ code }) => code)).toStrictEqual(['D', 'E', 'F']);
  });
});

describe('shuffle', () => {
  test('puts each item at each place about equally often', () => {
    const counts = Array.from({ length: 4 }, () => 0);
    for (let run = 0; run < 4000; run++) {
      const place = shuffle(['a', 'b', 'c', 'd'], `job-${run}/1`).indexOf('a');
      counts[place] = (counts[place] ?? 0) + 1;
    }

    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('answerFormat', () => {
  test('is a schema that strict mode takes, for any number of categories', () => {
    const codes = assignOptions(
      Array.from({ length: 200 }, (_, index) => ({ name: `kind ${index}` })),
      'job',
    ).map(({ code }) => code);

    expect(() => checkStrictJsonSchema('x', answerFormat(codes).json_schema.schema)).not.toThrow();
  });

  test('asks for the option first, and is the same for every order of the codes', () => {
    const format = answerFormat(['B', 'A']);

    expect(Object.keys(Object(format.json_schema.schema?.['properties']))[0]).toBe('option');
    expect(format).toStrictEqual(answerFormat(['A', 'B']));
  });
});
