import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerFormat } from '../../../src/classifier/openai/answer-schema.ts';
import { lowerCapabilities, initialCapabilities } from '../../../src/classifier/openai/capabilities.ts';
import { labelProbabilities, type TokenLogprob } from '../../../src/classifier/openai/label-probabilities.ts';
import { assignOptions } from '../../../src/classifier/openai/option-codes.ts';
import { shuffle } from '../../../src/classifier/openai/seeded-shuffle.ts';
import { parseRetryAfter } from '../../../src/net/retry-after.ts';
import { checkStrictJsonSchema } from '../../support/openai-stand-in/strict-json-schema.ts';

function token(text: string, probability = 1, others: Readonly<Record<string, number>> = {}): TokenLogprob {
  const top = Object.entries({ [text]: probability, ...others });
  return {
    token: text,
    logprob: Math.log(probability),
    top_logprobs: top.map(([alternative, value]) => ({ token: alternative, logprob: Math.log(value) })),
  };
}

const opening = [token('{"'), token('option'), token('":"')];

describe('labelProbabilities', () => {
  test('makes the alternatives that are labels sum to 1', () => {
    const tokens = [...opening, token('B', 0.6, { A: 0.2, The: 0.2 }), token('"}')];

    const result = labelProbabilities(tokens, 'B', ['A', 'B']);

    expect(result?.get('B')).toBeCloseTo(0.75);
    expect(result?.get('A')).toBeCloseTo(0.25);
  });

  test('follows a label over several tokens', () => {
    const tokens = [...opening, token('1', 0.5, { '2': 0.5 }), token('7', 0.8, { '3': 0.2 }), token('"')];

    const result = labelProbabilities(tokens, '17', ['13', '17', '23', '24']);

    expect(result?.get('17')).toBeCloseTo(0.4);
    expect(result?.get('13')).toBeCloseTo(0.1);
    expect(result?.get('23')).toBeCloseTo(0.25);
    expect(result?.get('24')).toBeCloseTo(0.25);
  });

  test('tells a label from a longer one by the closing quote', () => {
    const tokens = [...opening, token('invoice', 1), token('","', 0.7, { ' correction': 0.3 })];

    const result = labelProbabilities(tokens, 'invoice', ['invoice', 'invoice correction']);

    expect(result?.get('invoice')).toBeCloseTo(0.7);
    expect(result?.get('invoice correction')).toBeCloseTo(0.3);
  });

  test('gives the plain probability of the token where no alternatives are shown', () => {
    const tokens = [...opening, { token: 'B', logprob: Math.log(0.6), top_logprobs: [] }];

    expect(labelProbabilities(tokens, 'B', ['A', 'B'])?.get('B')).toBeCloseTo(0.6);
  });

  test('finds a label whose token begins with the quote before it', () => {
    const tokens = [token('{"option":'), token(' "B', 0.9, { ' "A': 0.1 }), token('"}')];

    expect(labelProbabilities(tokens, 'B', ['A', 'B'])?.get('B')).toBeCloseTo(0.9);
  });

  test('gives a single category all of it', () => {
    const tokens = [...opening, token('A', 0.3, { The: 0.6 })];

    expect(labelProbabilities(tokens, 'A', ['A'])?.get('A')).toBeCloseTo(1);
  });

  test.each([
    ['there are no tokens', []],
    ['the field is missing', [token('{"x":"A"}')]],
    ['the tokens say another label', [...opening, token('B')]],
    ['the chosen token has no probability', [...opening, token('A', 0)]],
  ])('says nothing where %s', (_, tokens) => {
    expect(labelProbabilities(tokens, 'A', ['A', 'B'])).toBeUndefined();
  });

  test('never sums to more than 1, whatever a server says', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(probability, fc.dictionary(fc.constantFrom('A', 'B', 'C', 'x', ' A'), probability), (own, others) => {
        const result = labelProbabilities([...opening, token('A', own, others)], 'A', ['A', 'B', 'C']);
        const sum = [...(result?.values() ?? [])].reduce((total, value) => total + value, 0);

        expect(sum).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});

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

describe('lowerCapabilities', () => {
  const all = initialCapabilities('http://127.0.0.1:8000/v1');

  test.each([
    ['You are not allowed to request logprobs from this model', 403, { topLogprobs: undefined }],
    ["This model does not support the 'logprobs' parameter.", 400, { topLogprobs: undefined }],
    ['Unrecognized request argument supplied: top_logprobs', 400, { topLogprobs: undefined }],
    ['Cannot request more than 5 logprobs.', 400, { topLogprobs: 5 }],
    ['Requested sample logprobs of 20, which is greater than max allowed: 5', 400, { topLogprobs: 5 }],
    [
      "'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
      400,
      { tokenLimit: 'max_completion_tokens' },
    ],
    ["'temperature' does not support 0 with this model.", 400, { temperature: false }],
    [
      "Invalid parameter: 'response_format' of type 'json_schema' is not supported",
      400,
      { structuredOutput: 'json_object' },
    ],
  ])('goes one step down on "%s"', (message, status, lowered) => {
    expect(lowerCapabilities(all, { status, code: '', param: '', message })).toStrictEqual({ ...all, ...lowered });
  });

  test.each([
    ['This model has a maximum context length of 8192 tokens, reduce max_tokens', 400, ''],
    ['Incorrect API key provided', 401, 'invalid_api_key'],
    ['The response was filtered: schema', 400, 'content_filter'],
    ['Rate limit for logprobs', 429, ''],
  ])('gives up nothing on "%s"', (message, status, code) => {
    expect(lowerCapabilities(all, { status, code, param: '', message })).toBeUndefined();
  });

  test('speaks of max_completion_tokens to OpenAI and Azure only', () => {
    expect(initialCapabilities('https://api.openai.com/v1').tokenLimit).toBe('max_completion_tokens');
    expect(initialCapabilities('https://x.openai.azure.com/openai/v1').tokenLimit).toBe('max_completion_tokens');
    expect(initialCapabilities('https://notopenai.com/v1').tokenLimit).toBe('max_tokens');
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');

  test.each([
    ['120', 120_000],
    ['1.5', 1500],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['Fri, 02 Jan 2099 03:00:00 GMT', 86_400_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads "%s"', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});
