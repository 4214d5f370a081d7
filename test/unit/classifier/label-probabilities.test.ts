import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelProbabilities, type TokenLogprob } from '../../../src/classifier/openai/label-probabilities.ts';

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

    const result = labelProbabilities(tokens, { chosen: 'B', all: ['A', 'B'] });

    expect(result?.get('B')).toBeCloseTo(0.75);
    expect(result?.get('A')).toBeCloseTo(0.25);
  });

  test('follows a label over several tokens', () => {
    const tokens = [...opening, token('1', 0.5, { '2': 0.5 }), token('7', 0.8, { '3': 0.2 }), token('"')];

    const result = labelProbabilities(tokens, { chosen: '17', all: ['13', '17', '23', '24'] });

    expect(result?.get('17')).toBeCloseTo(0.4);
    expect(result?.get('13')).toBeCloseTo(0.1);
    expect(result?.get('23')).toBeCloseTo(0.25);
    expect(result?.get('24')).toBeCloseTo(0.25);
  });

  test('tells a label from a longer one by the closing quote', () => {
    const tokens = [...opening, token('invoice', 1), token('","', 0.7, { ' correction': 0.3 })];

    const result = labelProbabilities(tokens, { chosen: 'invoice', all: ['invoice', 'invoice correction'] });

    expect(result?.get('invoice')).toBeCloseTo(0.7);
    expect(result?.get('invoice correction')).toBeCloseTo(0.3);
  });

  test('gives the plain probability of the token where no alternatives are shown', () => {
    const tokens = [...opening, { token: 'B', logprob: Math.log(0.6), top_logprobs: [] }];

    expect(labelProbabilities(tokens, { chosen: 'B', all: ['A', 'B'] })?.get('B')).toBeCloseTo(0.6);
  });

  test('finds a label whose token begins with the quote before it', () => {
    const tokens = [token('{"option":'), token(' "B', 0.9, { ' "A': 0.1 }), token('"}')];

    expect(labelProbabilities(tokens, { chosen: 'B', all: ['A', 'B'] })?.get('B')).toBeCloseTo(0.9);
  });

  test('gives a single category all of it', () => {
    const tokens = [...opening, token('A', 0.3, { The: 0.6 })];

    expect(labelProbabilities(tokens, { chosen: 'A', all: ['A'] })?.get('A')).toBeCloseTo(1);
  });

  test.each([
    ['there are no tokens', []],
    ['the field is missing', [token('{"x":"A"}')]],
    ['the tokens say another label', [...opening, token('B')]],
    ['the chosen token has no probability', [...opening, token('A', 0)]],
  ])('says nothing where %s', (_, tokens) => {
    expect(labelProbabilities(tokens, { chosen: 'A', all: ['A', 'B'] })).toBeUndefined();
  });

  test('takes the answer and not a draft of it that a model thought of before', () => {
    const draft = [token('{"'), token('option'), token('":"'), token('A', 0.5, { B: 0.5 }), token('"}? ')];

    const result = labelProbabilities([...draft, ...opening, token('B', 0.9, { A: 0.1 })], {
      chosen: 'B',
      all: ['A', 'B'],
    });

    expect(result?.get('B')).toBeCloseTo(0.9);
  });

  test('puts an alternative aside that may become any label', () => {
    const tokens = [token('{"option":'), token(' "B', 0.6, { ' "A': 0.2, ' "': 0.2 }), token('"}')];

    const result = labelProbabilities(tokens, { chosen: 'B', all: ['A', 'B'] });

    expect(result?.get('B')).toBeCloseTo(0.75);
    expect(result?.get('A')).toBeCloseTo(0.25);
  });

  test('takes no part in tokens that a schema forbids', () => {
    const masked = { token: 'The', logprob: -9999 };
    const { token: text, logprob, top_logprobs } = token('B', 0.8, { A: 0.2 });
    const tokens = [...opening, { token: text, logprob, top_logprobs: [...top_logprobs, masked] }, token('"}')];

    expect(labelProbabilities(tokens, { chosen: 'B', all: ['A', 'B', 'C'] })?.get('B')).toBeCloseTo(0.8);
  });

  test('counts another token of the same text as the same label', () => {
    const same = { token: 'B', logprob: Math.log(0.2) };
    const { token: text, logprob, top_logprobs } = token('B', 0.5, { A: 0.3 });
    const tokens = [...opening, { token: text, logprob, top_logprobs: [...top_logprobs, same] }, token('"}')];

    expect(labelProbabilities(tokens, { chosen: 'B', all: ['A', 'B'] })?.get('B')).toBeCloseTo(0.7);
  });

  test('reads an answer that is the label alone', () => {
    const tokens = [token('hm '), token('B', 0.6, { A: 0.2, The: 0.2 }), token('\n')];

    const result = labelProbabilities(tokens, { chosen: 'B', all: ['A', 'B'], isBare: true });

    expect(result?.get('B')).toBeCloseTo(0.75);
  });

  test('says nothing where an answer that is the label alone is not what the tokens end with', () => {
    expect(labelProbabilities([token('A')], { chosen: 'B', all: ['A', 'B'], isBare: true })).toBeUndefined();
  });

  test('gives each of the labels its part among the labels, whatever else was likely', () => {
    fc.assert(
      fc.property(distribution(2, 18), fc.double({ min: 0, max: 0.9, noNaN: true }), (parts, junk) => {
        const codes = parts.map((_, index) => String.fromCodePoint(65 + index));
        const shown = Object.fromEntries(codes.map((code, index) => [code, (parts[index] ?? 0) * (1 - junk)]));
        const [chosen = ''] = codes;

        const result = labelProbabilities([...opening, token(chosen, shown[chosen], { ...shown, The: junk })], {
          chosen,
          all: codes,
        });

        for (const [index, code] of codes.entries()) expect(result?.get(code)).toBeCloseTo(parts[index] ?? 0, 9);
      }),
    );
  });

  test('never says more than is true where only the likeliest of many labels are shown', () => {
    fc.assert(
      fc.property(distribution(30, 200), fc.integer({ min: 0, max: 20 }), (parts, shownCount) => {
        const codes = parts.map((_, index) => String(101 + index));
        const ranked = codes.map((code, index) => [code, parts[index] ?? 0] as const).toSorted((a, b) => b[1] - a[1]);
        const [chosen = '', probability = 0] = ranked[0] ?? [];

        const result = labelProbabilities(
          [...opening, token(chosen, probability, Object.fromEntries(ranked.slice(0, shownCount)))],
          { chosen, all: codes },
        );

        expect(result?.get(chosen)).toBeLessThanOrEqual(probability + 1e-9);
        expect(sumOf(result)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  test('follows names of any length that begin alike, letter by letter, to the true probability', () => {
    const name = fc
      .string({ unit: fc.constantFrom('a', 'b', ' '), minLength: 1, maxLength: 5 })
      .map((text) => `x${text}x`);
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 2, maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (all, weights) => {
          const weighted = all.map((label) => ({ label, weight: weights.next().value }));
          const [{ label: chosen, weight } = { label: '', weight: 0 }] = weighted;
          const total = weighted.reduce((sum, each) => sum + each.weight, 0);

          const result = labelProbabilities([...opening, ...spell(chosen, weighted)], { chosen, all });

          expect(result?.get(chosen)).toBeCloseTo(weight / total, 9);
          expect(sumOf(result)).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  test('never sums to more than 1, whatever a server says', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(probability, fc.dictionary(fc.constantFrom('A', 'B', 'C', 'x', ' A'), probability), (own, others) => {
        const result = labelProbabilities([...opening, token('A', own, others)], { chosen: 'A', all: ['A', 'B', 'C'] });

        expect(sumOf(result)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});

function sumOf(result: ReadonlyMap<string, number> | undefined): number {
  return [...(result?.values() ?? [])].reduce((total, value) => total + value, 0);
}

/** Numbers above 0 that sum to 1. */
function distribution(minLength: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 1000 }), { minLength, maxLength }).map((weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}

/** The tokens of a model that spells letter by letter and knows each label by its weight. */
function spell(
  chosen: string,
  weighted: readonly { readonly label: string; readonly weight: number }[],
): TokenLogprob[] {
  const spelled = `${chosen}"`;
  return Array.from(spelled, (letter, index) => {
    const possible = weighted.filter(({ label }) => `${label}"`.startsWith(spelled.slice(0, index)));
    const total = possible.reduce((sum, { weight }) => sum + weight, 0);
    const next: Record<string, number> = {};
    for (const { label, weight } of possible) {
      const following = `${label}"`[index] ?? '';
      next[following] = (next[following] ?? 0) + weight / total;
    }
    return token(letter, next[letter], next);
  });
}
