import { expect, test } from 'vitest';
import { initialCapabilities } from '../../../src/classifier/openai/capabilities.ts';
import { measureConfidence } from '../../../src/classifier/openai/confidence.ts';

const options = ['invoice', 'contract'].map((name, index) => ({ code: 'AB'[index] ?? '', category: { name } }));
const category = { name: 'invoice' };
const capabilities = initialCapabilities({ baseUrl: 'http://127.0.0.1/v1' });
const knowledge = { capabilities, seesImages: true };

test('candidates have the probabilities of the tokens, without the digits that floating point adds', () => {
  const top_logprobs = [{ token: 'B', logprob: Math.log(1 - 0.9) }];
  const tokens = [{ token: 'A', logprob: Math.log(0.9), top_logprobs }];
  expect(1 - 0.9).not.toBe(0.1);

  const answer = { category, spelledAs: 'code', option: 'A', isObject: false, confidence: undefined } as const;

  expect(measureConfidence(answer, { tokens, knowledge }, options)).toEqual({
    confidence: 0.9,
    confidenceSource: 'logprobs',
    candidates: [
      { name: 'invoice', confidence: 0.9 },
      { name: 'contract', confidence: 0.1 },
    ],
  });
});

test('a token of another case is no candidate where a schema allows the codes alone, and the answer stands first', () => {
  // As llama.cpp answers: its log-probabilities know nothing of the schema.
  const shown = { A: -4.38, a: -4.91, B: -4.29, C: -4.34 };
  const top_logprobs = Object.entries(shown).map(([token, logprob]) => ({ token, logprob }));
  const tokens = [
    ...['```', 'json', '\n', '{"option": "'].map((token) => ({ token, logprob: 0, top_logprobs: [] })),
    { token: 'B', logprob: shown.B, top_logprobs },
    ...['"', '}', ...Array.from({ length: 40 }, () => '\t')].map((token) => ({ token, logprob: 0, top_logprobs: [] })),
  ];
  const three = ['invoice', 'contract', 'letter'].map((name, index) => ({
    code: 'ABC'[index] ?? '',
    category: { name },
  }));
  const answer = {
    category: { name: 'contract' },
    spelledAs: 'code',
    option: 'B',
    isObject: true,
    confidence: 0.5,
  } as const;

  const { candidates, confidence } = measureConfidence(answer, { tokens, knowledge }, three);

  expect(candidates[0]).toEqual({ name: 'contract', confidence });
  expect(candidates.find(({ name }) => name === 'invoice')?.confidence).toBeLessThan(confidence);
});
